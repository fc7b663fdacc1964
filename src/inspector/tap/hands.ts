import type { EventObject } from 'xstate';
import type { Log } from '../../../machines/ports/log.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import { SendByHand, type SendByHandReply } from '../../../machines/protocol/inspection.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import { serve } from '../../messaging/endpoint.ts';
import type { Bus, Subscription } from '../../ports/bus.ts';
import { shownEvent } from './tap-buffer.ts';
import type { Tap } from './tap.ts';

export interface HandsOptions {
  readonly node: string;
  readonly bus: Bus;
  readonly log: Log;
  readonly clock: Clock;
  readonly tap: Pick<Tap, 'tell'>;
  /** Has the operator of this process enabled it? */
  readonly enabled: boolean;
  /** Hands it to the actor; why not, or null. */
  readonly hand: (kind: string, id: string, event: EventObject) => string | null;
}

const notEnabled =
  'this process takes no events by hand: set inspector.sends in its configuration to true';

/** Takes events that an operator sends to actors by hand, each with a line in the log, taken or not. */
export function takeHands(options: HandsOptions): Subscription {
  const { node, bus, log, clock, tap, enabled, hand } = options;
  return serve({
    ...{ bus, log, subject: subjects.sendByHand(node), schema: SendByHand },
    malformed: (problem) => ({ refused: `it can't be read: ${problem}`.slice(0, 1_024) }),
    handle: ({ kind, id, event, who }): SendByHandReply => {
      const refused = enabled ? hand(kind, id, event) : notEnabled;
      log.warn(
        { audit: true, who, kind, id, event: shownEvent(event), refused },
        refused === null ? 'an event was sent by hand' : 'an event by hand was refused',
      );
      const atMs = clock.wallMs();
      tap.tell({ type: 'hand', atMs, kind, id, event: shownEvent(event), who, refused });
      return { refused };
    },
  });
}
