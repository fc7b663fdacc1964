import type { Rebind } from './rebinds.ts';
import type { Kind } from './size.ts';

/** The spread of what was measured, in whole milliseconds. */
export interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface Figures {
  /** From the fault to the entry at the next holder's device, where that is fenced by a marker alone. */
  readonly rebindMs: Spread;
  /** The same where an address moves by lease. */
  readonly leasedRebindMs: Spread;
  /** The longest time without a good answer, of each load balancer at an address of its host. */
  readonly trafficGapMs: Spread;
  /** The same of those at addresses that move. */
  readonly leasedTrafficGapMs: Spread;
  /** How long writes at the API waited for their acknowledgement, with all that a client tries again. */
  readonly apiWriteMs: Spread;
  readonly rebinds: number;
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

export function rebindSpreads(rebinds: readonly Rebind[]) {
  const of = (wanted: Kind) =>
    spreadOf(rebinds.filter(({ kind }) => kind === wanted).map(({ tookMs }) => tookMs));
  return { rebindMs: of('fixed'), leasedRebindMs: of('moving') };
}
