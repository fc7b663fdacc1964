import type { Silence } from './silence.ts';

/**
 * What befalls one message: it is lost, held up until the disturbance ends, late by some
 * milliseconds, so that others overtake it, or comes once more, that much later.
 */
export type Fate = 'lost' | 'held' | { readonly lateMs: number } | { readonly againMs: number };

/** What a fault does to the network for as long as it lasts. */
export interface Disturbance {
  /** By processes, `nats` for the server itself; null: nothing befalls the message. */
  readonly fate?: (from: string, to: string, subject: string) => Fate | null;
  /** Ends what it has begun elsewhere than on the way of messages. */
  readonly end?: () => void;
}

/** Loses what the process sends (`out`), what is sent to it (`in`), or both, pings among it. */
export function cut(process: string, direction: Silence): Disturbance {
  const fate = direction === 'in' ? into(process) : direction === 'out' ? outOf(process) : null;
  if (fate !== null) return { fate };
  return { fate: (from, to) => (from === process || to === process ? 'lost' : null) };
}

const into = (process: string) => (_: string, to: string) => (to === process ? 'lost' : null);
const outOf = (process: string) => (from: string) => (from === process ? 'lost' : null);

/** A pair of processes of which the second one does not hear the first. */
export type Pair = readonly [from: string, to: string];

/** Loses what is sent within these pairs, as where servers of a cluster have lost each other. */
export function part(pairs: readonly Pair[]): Disturbance {
  const parted = new Set(pairs.map(([from, to]) => `${from} ${to}`));
  return { fate: (from, to) => (parted.has(`${from} ${to}`) ? 'lost' : null) };
}

/** Holds up whatever goes to the process or comes from it; it arrives in order afterwards. */
export function clog(process: string): Disturbance {
  return { fate: (from, to) => (from === process || to === process ? 'held' : null) };
}
