const pad = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, '0');

/** A moment: wall time as a clock shows it, virtual time since its zero; `zeroMs` is null where it is wall time. */
export function formatMoment(atMs: number, zeroMs: number | null): string {
  if (zeroMs !== null) return formatVirtual(atMs - zeroMs);
  const date = new Date(atMs);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}

function formatVirtual(atMs: number): string {
  // A context may hold what was before, such as the time of a record of an earlier world.
  if (atMs < 0) return `−${formatVirtual(-atMs)}`;
  const seconds = atMs / 1_000;
  const hours = Math.floor(seconds / 3_600);
  const head =
    hours > 0 ? `${hours}:${pad((seconds / 60) % 60)}` : String(Math.floor(seconds / 60));
  return `${head}:${pad(seconds % 60)}.${pad(atMs % 1_000, 3)}`;
}

/** How long something takes: the two units that matter. */
export function formatSpan(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1_000) return `${Math.round(size)} ms`;
  if (size < 10_000) return `${(size / 1_000).toFixed(1)} s`;
  const seconds = Math.round(size / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${pad(minutes % 60)} min` : `${Math.floor(hours / 24)} days`;
}

const counts = new Intl.NumberFormat('en');
export const formatCount = (count: number): string => counts.format(count);

/** `0–31, 40` of 0, 1, … 31, 40. */
export function formatRanges(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const number of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && number <= last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ');
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
