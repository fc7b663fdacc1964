import type { Rebind } from './rebinds.ts';
import type { Kind } from './size.ts';

/** The spread of what was measured, in whole milliseconds. */
export interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** Milliseconds, one value for each thing that was measured. */
interface Durations {
  /** From the fault to the entry at the next holder's device, where that is fenced by a marker alone. */
  readonly rebindMs: readonly number[];
  /** The same where an address moves by lease. */
  readonly leasedRebindMs: readonly number[];
  /** The longest time without a good answer, of each load balancer at an address of its host. */
  readonly trafficGapMs: readonly number[];
  /** The same of those at addresses that move. */
  readonly leasedTrafficGapMs: readonly number[];
  /** How long writes at the API waited for their acknowledgement, with all that a client tries again. */
  readonly apiWriteMs: readonly number[];
}

interface Counts {
  readonly rebinds: number;
  /** Of them, those that went to another agent although their address is their host's own. */
  readonly fixedMoves: number;
  /** Of edits that were acknowledged, at another controller: none may show an older state. */
  readonly reads: number;
  readonly requests: number;
  /** On new connections; nothing is tried again. */
  readonly failed: number;
  /** Those of them that asked for an address that moves. */
  readonly leasedFailed: number;
  /** On kept connections, which break with their host. */
  readonly failedKept: number;
  /** Requests that failed while the clients' own process stood still: of them nothing is known. */
  readonly heldUp: number;
  readonly lost: number;
  /** How often two hosts were seen to have one address, and for how long. */
  readonly doubleServed: number;
  readonly doubleServedMs: number;
}

/** What was measured in one run, or in several. */
export interface Measured {
  readonly durations: Durations;
  readonly counts: Counts;
}

/** The same as it is told. */
export type Figures = { readonly [Name in keyof Durations]: Spread } & Counts;

export function figuresOf({ durations, counts }: Measured): Figures {
  const spreads = Object.entries(durations).map(([name, values]) => [name, spreadOf(values)]);
  return { ...(Object.fromEntries(spreads) as Omit<Figures, keyof Counts>), ...counts };
}

/** All runs together: each value counts once, whichever run it is of. */
export function pooled([first, ...others]: readonly [Measured, ...Measured[]]): Measured {
  return others.reduce(
    ({ durations, counts }, next) => ({
      durations: combined<keyof Durations, readonly number[]>(
        durations,
        next.durations,
        (one, other) => [...one, ...other],
      ),
      counts: combined<keyof Counts, number>(counts, next.counts, (one, other) => one + other),
    }),
    first,
  );
}

function combined<Name extends string, T>(
  one: Readonly<Record<Name, T>>,
  other: Readonly<Record<Name, T>>,
  combine: (one: T, other: T) => T,
): Readonly<Record<Name, T>> {
  const names = Object.keys(one) as Name[];
  const all = names.map((name) => [name, combine(one[name], other[name])]);
  return Object.fromEntries(all) as Readonly<Record<Name, T>>;
}

/** The smallest value that at least so many of a hundred do not exceed (nearest rank). */
function percentile(sorted: readonly number[], percent: number): number | null {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? null;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.map(Math.round).toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
    max: sorted.at(-1) ?? null,
  };
}

/** How long those of a kind waited for their next holder. */
export function rebindsOf(rebinds: readonly Rebind[], wanted: Kind): readonly number[] {
  return rebinds.filter(({ kind }) => kind === wanted).map(({ tookMs }) => tookMs);
}
