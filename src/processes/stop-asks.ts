import type { Clock } from '../../machines/ports/clock.ts';

/**
 * npm passes on to its program what a terminal, or a service manager, has told both: each Ctrl-C comes twice there. So
 * soon after the first, a second one is no other; a person who insists is slower, or presses once more.
 */
const echoMs = 1_000;

/** Tells, each time that somebody asks for the end, if that is the first time, its echo, or asked again. */
export function stopAsks(clock: Pick<Clock, 'monotonicMs'>): () => 'first' | 'echo' | 'again' {
  let firstMs: number | null = null;
  return () => {
    const nowMs = clock.monotonicMs();
    if (firstMs !== null) return nowMs - firstMs < echoMs ? 'echo' : 'again';
    firstMs = nowMs;
    return 'first';
  };
}
