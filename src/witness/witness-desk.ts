import type { Log } from '../../machines/ports/log.ts';
import { Deny, type DenyReply } from '../../machines/protocol/witness-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { serve } from '../messaging/endpoint.ts';
import type { Bus, Subscription } from '../ports/bus.ts';
import type { SignedPeers } from './signed-peers.ts';
import type { Witness } from './witness.ts';

/** From now on, agents may ask this witness: it needs no bus for that. */
export async function attendAgents(peers: SignedPeers, witness: Witness): Promise<void> {
  await witness.open();
  peers.serve((from, ask) => witness.answer(from, ask));
}

export interface AttendJudgesOptions {
  /** The witness's own id. */
  readonly agent: string;
  readonly bus: Bus;
  readonly witness: Witness;
  readonly log: Log;
}

/** From now on, judges may ask it, over the bus. */
export function attendJudges({ agent, bus, witness, log }: AttendJudgesOptions): Subscription {
  return serve({
    bus,
    log,
    subject: subjects.down(agent, 'deny'),
    schema: Deny,
    handle: (asked): Promise<DenyReply> => witness.deny(asked),
  });
}
