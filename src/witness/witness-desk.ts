import type { Log } from '../../machines/ports/log.ts';
import { Deny, type DenyReply } from '../../machines/protocol/witness-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { serve } from '../messaging/endpoint.ts';
import type { Bus, Subscription } from '../ports/bus.ts';
import type { SignedPeers } from './signed-peers.ts';
import type { Witness } from './witness.ts';

export interface WitnessDeskOptions {
  readonly agent: string;
  readonly bus: Bus;
  readonly peers: SignedPeers;
  readonly witness: Witness;
  readonly log: Log;
}

/** Where a witness is asked: by agents over the peers' own way, by judges over the bus. */
export async function openWitnessDesk(options: WitnessDeskOptions): Promise<Subscription> {
  const { agent, bus, peers, witness, log } = options;
  await witness.open();
  peers.serve((from, ask) => witness.answer(from, ask));
  return serve({
    bus,
    log,
    subject: subjects.down(agent, 'deny'),
    schema: Deny,
    handle: (asked): Promise<DenyReply> => witness.deny(asked),
  });
}
