/**
 * Reads what frames hold without trusting it: contexts come from processes of any version, so whatever is not
 * as it should be reads as absent.
 */

export type Facts = Readonly<Record<string, unknown>>;

/** Who holds a role for a load balancer, as its context says it. */
export interface SeatShown {
  readonly agent: string;
  readonly incarnation: number | null;
  readonly epoch: number | null;
}

export const recordOf = (value: unknown): Facts | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Facts) : null;

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function seatOf(value: unknown): SeatShown | null {
  const seat = recordOf(value);
  const agent = textOf(seat?.['agent']);
  if (seat === null || agent === null) return null;
  return { agent, incarnation: numberOf(seat['incarnation']), epoch: numberOf(seat['epoch']) };
}

export const seatsOf = (value: unknown): readonly SeatShown[] =>
  listOf(value)
    .map(seatOf)
    .filter((seat) => seat !== null);
