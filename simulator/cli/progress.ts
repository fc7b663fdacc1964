/** How far something is. */
export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly failed: number;
  readonly tookMs: number;
  /** What is under way. */
  readonly what: string;
}

const barWidth = 30;

/** One line for a terminal: a bar, counts, and how long the rest will take. */
export function progressLine({ done, of, failed, tookMs, what }: Progress): string {
  const full = Math.floor((barWidth * done) / of);
  const bar = '█'.repeat(full) + '░'.repeat(barWidth - full);
  const leftMs = done === 0 ? null : (tookMs / done) * (of - done);
  return [
    `${bar} ${done} of ${of}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(leftMs === null || done === of ? [] : [`about ${spanOf(leftMs)} left`]),
    what,
  ].join(', ');
}

export function spanOf(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
