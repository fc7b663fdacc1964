import { sizes } from '../../src/inspector/charts/measure.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Between parts, and between them and the picture's border. */
export const margin = 32;
const top = sizes.titleHeight + 16;

/** Puts the tallest part left, and the others in columns beside it, which are no higher. */
export function pack(parts: readonly Size[]): { places: { x: number; y: number }[] } & Size {
  const order = [...parts.keys()].sort((a, b) => (parts[b]?.height ?? 0) - (parts[a]?.height ?? 0));
  const places = parts.map(() => ({ x: 0, y: 0 }));
  const highest = Math.max(0, ...parts.map(({ height }) => height));
  let [x, y, columnWidth] = [margin, 0, 0];
  for (const index of order) {
    const { width, height } = parts[index] ?? { width: 0, height: 0 };
    if (y > 0 && y + height > highest) {
      x += columnWidth + 2 * margin;
      [y, columnWidth] = [0, 0];
    }
    places[index] = { x, y: top + y };
    y += height + margin;
    columnWidth = Math.max(columnWidth, width);
  }
  return { places, width: x + columnWidth + margin, height: top + highest + margin };
}
