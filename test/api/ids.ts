import type { Random } from '../../machines/ports/random.ts';

/** UUIDs by counting, so that a test that fails does so in the same words again. */
export function countingRandom(): Random {
  let count = 0;
  return {
    next: () => 0.5,
    uuid: () => {
      count += 1;
      return `10000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
    },
  };
}
