import { Fault } from '../../../machines/model/fault.ts';
import { type Clock, delay } from '../../../machines/ports/clock.ts';
import { WriteReply } from '../../../machines/protocol/load-balancer-messages.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import { backoffMs } from '../../../machines/timings/backoff.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { call } from '../../messaging/endpoint.ts';
import { type Bus, BusUnavailable, NoResponders, RequestTimeout } from '../../ports/bus.ts';
import { MirrorBehind } from '../records/mirror.ts';
import { isToAskAgain } from './ask-again.ts';
import { OwnerChanged, type OwnerChanges } from './owner-changes.ts';

export interface OwnerCallOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly timings: Timings;
  readonly shards: number;
  readonly owners: Pick<OwnerChanges, 'during' | 'changesWithin'>;
}

export interface OwnerCall {
  /** What it is about. */
  readonly id: string;
  /** Where the owner of its shard listens, whoever that is at the moment. */
  readonly subject: (shard: number) => string;
  /** It may be carried out twice, so its receiver has to recognise it, or not to mind. */
  readonly request: object;
  /** Resolves once what was committed is shown here; rejects with {@link MirrorBehind}. */
  readonly shown: (revision: number, timeoutMs: number) => Promise<void>;
  /** What a refusal means, but for that to ask again; `final` where it is left out. */
  readonly meaning?: (fault: Fault) => 'final' | 'passing' | 'done';
}

/** A refusal that is expected to pass. */
class PassingRefusal extends Error {
  override readonly name = 'PassingRefusal';
}

/**
 * Asks the owner of a shard to commit something, again and again until it is answered: the shard may be
 * changing hands. As soon as it has another owner, that one is asked. Throws the owner's Fault, or one (503) when
 * `apiTimeoutMs` have passed.
 */
export async function callOwner(options: OwnerCallOptions, asked: OwnerCall): Promise<void> {
  const { bus, clock, timings, owners, shards } = options;
  const shard = subjects.shardOf(asked.id, shards);
  const subject = asked.subject(shard);
  const startedMs = clock.monotonicMs();
  const leftMs = () => timings.apiTimeoutMs - (clock.monotonicMs() - startedMs);
  let waits = 0;
  for (;;) {
    try {
      const timeoutMs = Math.max(1, Math.min(leftMs(), timings.apiAttemptMs));
      const answer = call(bus, subject, asked.request, WriteReply, timeoutMs);
      const reply = await owners.during(shard, answer);
      if (reply.type === 'fault') {
        const fault = new Fault(reply.status, reply.message, reply.retryAfterSeconds);
        const meaning = isToAskAgain(fault) ? 'passing' : (asked.meaning?.(fault) ?? 'final');
        if (meaning === 'final') throw fault;
        if (meaning === 'passing') throw new PassingRefusal(fault.message);
        return;
      }
      await asked.shown(reply.revision, Math.max(1, leftMs()));
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      const waitMs = backoffMs(waits, timings.retryMs, timings.retryMaxMs);
      if (leftMs() <= waitMs) {
        throw new Fault(503, `The control plane can't take the request now: ${error.message}`, 1);
      }
      const hasChanged = await owners.changesWithin(shard, delay(clock, waitMs));
      // The next owner may take a moment until it listens.
      waits = hasChanged || error instanceof OwnerChanged ? 0 : waits + 1;
    }
  }
}

const passing = [
  PassingRefusal,
  NoResponders,
  BusUnavailable,
  RequestTimeout,
  MirrorBehind,
  OwnerChanged,
];

function isPassing(error: unknown): error is Error {
  return passing.some((kind) => error instanceof kind);
}
