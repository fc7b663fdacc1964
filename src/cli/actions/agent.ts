import { loadConfig, type LoadedConfig } from '../../config/load.ts';
import { createLog } from '../../log/log.ts';
import { type Ending, runAgent } from '../../processes/agent-process.ts';
import { type StopRequest, tellReady, untilAskedToStop } from '../../processes/lifecycle.ts';
import { isSupervised, restartStatus, startAgain } from '../../processes/supervision.ts';

export interface AgentCommandOptions {
  readonly config?: string;
  readonly id?: string;
  readonly supervised?: true;
}

/** `holdfast agent`; the process ends with it. */
export async function agentAction(options: AgentCommandOptions): Promise<void> {
  const overrides = options.id === undefined ? {} : { agent: { id: options.id } };
  const file = options.config ?? null;
  const config = await loadConfig({ file, environment: process.env, overrides });
  const log = createLog({ level: config.log.level, name: config.agent.id });
  const asked = untilAskedToStop(log);
  const agent = await Promise.race([runAgent(config, log), asked.then(() => null)]);
  // Asked to end while it was starting, perhaps waiting for NATS: there is nothing to undo.
  if (agent === null) process.exit(0);
  tellReady(null);
  const why = await Promise.race([asked, agent.restarts]);
  await agent.stop(endingOf(why, config));
  if (why !== 'restart') process.exit(0);
  if (options.supervised === true || isSupervised()) process.exit(restartStatus);
  process.exit(await startAgain(process.argv.slice(2), asked, log));
}

function endingOf(why: StopRequest | 'restart', { agent }: LoadedConfig): Ending {
  // Where everything ends with the parent, there is nobody to hand over to.
  if (why === 'parent') return 'at once';
  if (why === 'restart') return 'comes back';
  return why === 'SIGTERM' && agent.onSigterm === 'restart' ? 'comes back' : 'leaves';
}
