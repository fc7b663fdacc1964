import type { Entry } from './entries.ts';

/** What is told apart where only amounts are shown, the lowest first. */
export const layers = ['calm', 'moves', 'trouble'] as const;
export type Layer = (typeof layers)[number];

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly columns: number;
}

type Bars = readonly (readonly [from: number, to: number])[];

/** How much happened when: stacked bars, as shares of the highest. Messages are left out: they never rest. */
export function densityOf(
  entries: Iterable<Entry>,
  { from, to, columns }: Span,
): Readonly<Record<Layer, Bars>> {
  const zeros = () => Array.from({ length: columns }, () => 0);
  const counts = {
    calm: zeros(),
    moves: zeros(),
    trouble: zeros(),
  };
  const perMs = columns / Math.max(1, to - from);
  for (const entry of entries) {
    if (entry.kind === 'message' || entry.atMs < from || entry.atMs > to) continue;
    const column = Math.min(columns - 1, Math.floor((entry.atMs - from) * perMs));
    const layer = counts[layerOf(entry)];
    layer[column] = (layer[column] ?? 0) + 1;
  }
  const height = (index: number) =>
    layers.reduce((sum, layer) => sum + (counts[layer][index] ?? 0), 0);
  const highest = Math.max(1, ...Array.from({ length: columns }, (_, index) => height(index)));
  const bars: Record<Layer, [number, number][]> = { calm: [], moves: [], trouble: [] };
  for (let index = 0; index < columns; index++) {
    // By their roots, so that a single thing is seen beside a storm.
    const total = height(index);
    const scale = total === 0 ? 0 : Math.sqrt(total / highest) / total;
    let low = 0;
    for (const layer of layers) {
      const high = low + (counts[layer][index] ?? 0) * scale;
      bars[layer].push([low, high]);
      low = high;
    }
  }
  return bars;
}

function layerOf({ tone, kind }: Entry): Layer {
  if (tone === 'bad' || tone === 'lost' || kind === 'trouble') return 'trouble';
  return tone === 'moving' || tone === 'busy' || tone === 'waiting' ? 'moves' : 'calm';
}
