import { type EventObject, fromCallback } from 'xstate';
import type { Clock } from '../../machines/ports/clock.ts';
import { ownerOf } from './children.ts';

/** What a process believes of a time that it finds in a record. */
export interface Belief {
  /** It is never further ahead than this. */
  readonly aheadMaxMs: number;
  /** Since longer than this it can't have passed: somebody would have noticed. */
  readonly passedMaxMs: number;
  /** How long to wait for one that seems to have. */
  readonly graceMs: number;
}

export interface AlarmOptions<TEvent extends EventObject> {
  readonly clock: Clock;
  /** The wall time in the context; null for none. */
  readonly dueAt: (id: string) => number | null;
  /** What stands for the actor in this process, whether it is reloaded or not. */
  readonly life: (id: string) => object | null;
  readonly belief: (id: string) => Belief;
  readonly event: (dueAt: number) => TEvent;
}

/**
 * A child that reports once an absolute wall time has come. The time stands in the context, so a
 * restored actor's deadline is armed anew: XState itself forgets delayed transitions.
 *
 * Whoever wrote the time may have had another idea of what time it is, and a host's wall clock may be
 * set while it runs. So a process reads its wall clock once for each time that it learns of, doubts
 * what it can't believe, and goes by its monotonic clock from then on.
 */
export function alarm<TEvent extends EventObject>(options: AlarmOptions<TEvent>) {
  const { clock, dueAt, life, belief, event } = options;
  const known = new WeakMap<object, { readonly dueAt: number; readonly atMs: number }>();

  const waitMs = (id: string, due: number): number => {
    const actor = life(id);
    const now = clock.monotonicMs();
    const noted = actor === null ? undefined : known.get(actor);
    if (noted?.dueAt === due) return noted.atMs - now;
    const { aheadMaxMs, passedMaxMs, graceMs } = belief(id);
    const aheadMs = due - clock.wallMs();
    const wait = aheadMs < -passedMaxMs ? graceMs : Math.min(aheadMaxMs, aheadMs);
    if (actor !== null) known.set(actor, { dueAt: due, atMs: now + wait });
    return wait;
  };

  return fromCallback<EventObject>(({ sendBack, system }) => {
    const id = ownerOf(system);
    const due = dueAt(id);
    if (due === null) return undefined;
    const timer = clock.setTimer(Math.max(0, waitMs(id, due)), () => sendBack(event(due)));
    return () => clock.clearTimer(timer);
  });
}
