import { loadConfig } from '../../config/load.ts';
import { createLog } from '../../log/log.ts';
import { runController } from '../../processes/controller-process.ts';
import { tellReady, untilAskedToStop } from '../../processes/lifecycle.ts';

/** `holdfast controller`; the process ends with it. */
export async function controllerAction(options: { config?: string }): Promise<void> {
  const file = options.config ?? null;
  const config = await loadConfig({ file, environment: process.env });
  const log = createLog({ level: config.log.level, name: config.controller.id });
  const asked = untilAskedToStop(log);
  const controller = await Promise.race([runController(config, log), asked.then(() => null)]);
  // Asked to end while it was starting, perhaps waiting for NATS: there is nothing to undo.
  if (controller === null) process.exit(0);
  tellReady(controller.url);
  await asked;
  await controller.stop();
  process.exit(0);
}
