import type { Point } from './types.ts';

const cornerRadius = 7;
const headLength = 8;
const headHalfWidth = 4;

/** A line through the points, with round corners, that ends where its head begins. */
export function linePath(points: readonly Point[]): string {
  const ended = shortened(points);
  const commands = ended.map((point, index) => {
    const [before, after] = [ended[index - 1], ended[index + 1]];
    if (before === undefined) return `M${at(point)}`;
    if (after === undefined) return `L${at(point)}`;
    const radius = Math.min(cornerRadius, distance(before, point) / 2, distance(point, after) / 2);
    return `L${at(towards(point, before, radius))}Q${at(point)} ${at(towards(point, after, radius))}`;
  });
  return commands.join('');
}

/** A triangle at the end, that points where the line goes. */
export function headPath(points: readonly Point[]): string {
  const [before, end] = points.slice(-2);
  if (before === undefined || end === undefined) return '';
  const [x, y] = towards(end, before, headLength);
  const length = distance(before, end) || 1;
  const across: Point = [
    (-(end[1] - before[1]) / length) * headHalfWidth,
    ((end[0] - before[0]) / length) * headHalfWidth,
  ];
  const one: Point = [x + across[0], y + across[1]];
  const other: Point = [x - across[0], y - across[1]];
  return `M${at(end)}L${at(one)}L${at(other)}Z`;
}

function shortened(points: readonly Point[]): readonly Point[] {
  const [before, end] = points.slice(-2);
  if (before === undefined || end === undefined) return points;
  return [...points.slice(0, -1), towards(end, before, headLength - 1)];
}

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1;
  return [from[0] + ((to[0] - from[0]) / length) * by, from[1] + ((to[1] - from[1]) / length) * by];
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function at([x, y]: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}
