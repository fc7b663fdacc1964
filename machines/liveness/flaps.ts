import { timestampOf } from '../model/operations/stamp.ts';
import { type Flapping, type LivenessContext, returnsMax } from './context.ts';
import type { LivenessEvent } from './events.ts';

/*
 * An agent that dies and comes back again and again is trusted with nothing new until it has been alive for
 * a while. That only ranks it last: what nobody else can take comes to it all the same.
 */

/** How often an agent may come back from a death within `flapWindowMs` before it is said to flap. */
export const flapsAllowed = 3;

interface Args {
  readonly context: LivenessContext;
  readonly event: LivenessEvent;
}

/** It was declared dead, and is back: one flap more. */
export function noteReturn({ context, event }: Args): Partial<LivenessContext> {
  if (event.type !== 'registered') return {};
  const { at, limits } = event;
  // The clock of a judge before this one may have been ahead.
  const isRecent = (then: number) => Math.abs(at - then) < limits.flapWindowMs;
  const returns = [...context.returns.filter(isRecent), at].slice(-returnsMax);
  // Whoever flaps has to be quiet once, however long it was away.
  const flaps = context.flapping !== null || returns.length > flapsAllowed;
  if (!flaps) return { returns };
  const times = context.flapping === null ? returns.length : context.flapping.times + 1;
  const since = context.flapping?.since ?? at;
  return { returns, flapping: { times, since, until: at + limits.flapQuietMs } };
}

/** It was back before anybody could declare it dead; its closed connection says that it was gone. */
export function noteQuickReturn(args: Args): Partial<LivenessContext> {
  return args.context.suspicion === 'connection closed' ? noteReturn(args) : {};
}

export const flaps = ({ context }: Args): boolean => context.flapping !== null;

/** The quiet time is over that was set last. */
export const wasQuiet = ({ context, event }: Args): boolean =>
  event.type === 'calmed' && event.until === context.flapping?.until;

/** Its deaths are not forgotten: one more, and it flaps again. */
export const calm: Partial<LivenessContext> = { flapping: null };

/** An operator knows what it was. */
export const trust: Partial<LivenessContext> = { flapping: null, returns: [] };

/** Why nothing new comes to it, as the user reads it after its name. */
export const flapWords = ({ times, until }: Flapping): string =>
  `has come back from death ${times} times: until ${timestampOf(until)}Z it is given what is new only where nobody else can take it`;
