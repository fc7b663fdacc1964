import type { Log } from '../../machines/ports/log.ts';
import type { Report } from '../../machines/protocol/agent-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { type Bus, BusUnavailable } from '../ports/bus.ts';

/** Tells the owner what a device says about traffic. Without a connection it gets lost. */
export function tellReport(
  { bus, log, shards }: { readonly bus: Bus; readonly log: Log; readonly shards: number },
  report: Report,
): void {
  const { agent, loadBalancer } = report;
  const subject = subjects.up(agent, subjects.shardOf(loadBalancer, shards), 'report');
  try {
    bus.publish(subject, JSON.stringify(report));
  } catch (error) {
    if (!(error instanceof BusUnavailable)) throw error;
    log.debug({ loadBalancer }, 'a report was lost: not connected');
  }
}
