import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Log } from '../../machines/ports/log.ts';
import { operatorInbox } from '../../machines/protocol/subjects.ts';
import { connectNatsBus } from '../adapters/nats-bus.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { ConfigError, checkConfig, type LoadedConfig, loadConfig } from '../config/load.ts';
import { seedIn } from './seed-file.ts';

/** Which system to watch: one that a configuration names, or that of `holdfast up`. */
export interface Watched {
  /** Its `nats` section says where, and with which key; null where it is not given. */
  readonly config: string | null;
  /** The directory of `holdfast up`, where there is no configuration. */
  readonly directory: string;
}

/** The configuration with which an operator connects to that system. */
export async function operatorConfig({ config, directory }: Watched): Promise<LoadedConfig> {
  if (config !== null) return await loadConfig({ file: config, environment: process.env });
  const file = join(directory, 'controller.yaml');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new ConfigError(
      `there is no system in ${directory}: start one with "npm run up", give its --directory, ` +
        'or a --config whose nats section names the servers and the seed file of the operator',
    );
  }
  const { preset, timings, nats } = parse(text) as Record<string, object>;
  const seedFile = join(directory, 'keys', 'operator.seed');
  return checkConfig({ preset, timings, nats: { ...nats, seedFile } }, () => file);
}

/** How long to wait for NATS before giving up: a person is waiting. */
const connectDeadlineMs = 10_000;

/** Connects as an operator, who may listen, and nothing else but say that he does. */
export async function operatorBus({ nats, timings }: LoadedConfig, name: string, log: Log) {
  return await connectNatsBus({
    servers: nats.servers,
    allowOldCluster: nats.allowOldCluster,
    name,
    inboxPrefix: operatorInbox,
    ...(nats.seedFile === null ? {} : { nkeySeed: await seedIn(nats.seedFile) }),
    clock,
    log,
    timings,
    connectDeadlineMs,
  });
}
