import * as subjects from '../../../machines/protocol/subjects.ts';
import type { Bus, Subscription } from '../../ports/bus.ts';
import type { Judge } from './judge.ts';

export interface ClosedConnectionsOptions {
  readonly bus: Bus;
  readonly judge: Pick<Judge, 'connectionClosed'>;
  /** Is the agent judged here? */
  readonly owns: (agent: string) => boolean;
}

/** Tells the judge of its agents' connections that the server says were closed; the name is only claimed. */
export function closedConnections({ bus, judge, owns }: ClosedConnectionsOptions): Subscription {
  return bus.subscribe(subjects.connDisconnect, ({ data }) => {
    const advisory = subjects.parseDisconnect(data);
    if (advisory === null || !subjects.meansClosed(advisory.reason)) return;
    const name = subjects.parseConnectionName(advisory.clientName);
    if (name?.role === 'agent' && owns(name.id)) judge.connectionClosed(name.id, advisory.reason);
  });
}
