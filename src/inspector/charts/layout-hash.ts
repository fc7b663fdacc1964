import { createHash } from 'node:crypto';
import type { Graph } from './graph.ts';

/** Tells whether a layout was made from these very graphs. */
export function layoutHash(graphs: readonly Graph[]): string {
  return createHash('sha256').update(JSON.stringify(graphs)).digest('hex').slice(0, 16);
}
