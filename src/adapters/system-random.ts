import { randomUUID } from 'node:crypto';
import type { Random } from '../../machines/ports/random.ts';

/** The machine's own randomness; `next` is not for secrets. */
export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => randomUUID(),
};
