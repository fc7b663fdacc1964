import { createRequire } from 'node:module';
import type { ELK as Elk, ElkEdgeSection, ElkNode } from 'elkjs';
import { figureOf } from '../../src/inspector/charts/figure.ts';
import { graphsOf, type Graph } from '../../src/inspector/charts/graph.ts';
import { layoutHash } from '../../src/inspector/charts/layout-hash.ts';
import type {
  Box,
  ChartLayout,
  EdgeLayout,
  MachineDescription,
  Point,
} from '../../src/inspector/charts/types.ts';
import { pack } from './pack.ts';

// Its module is CommonJS with a `default` that Node and TypeScript see differently.
const ElkEngine = createRequire(import.meta.url)('elkjs/lib/elk.bundled.js') as new () => Elk;

/** Asks ELK where everything goes. Its licence is EPL: it runs here, and is no part of the product. */
export async function layOut(description: MachineDescription): Promise<ChartLayout> {
  const figure = figureOf(description);
  const graphs = graphsOf(figure);
  const parts: ElkNode[] = [];
  for (const graph of graphs) {
    parts.push(await new ElkEngine().layout(structuredClone(graph) as Graph & ElkNode));
  }
  const packed = pack(parts.map(({ width = 0, height = 0 }) => ({ width, height })));
  const { width, height } = { width: Math.ceil(packed.width), height: Math.ceil(packed.height) };
  const placed = parts.map((part, index) => placePart(part, packed.places[index]));
  return {
    hash: layoutHash(graphs),
    width,
    height,
    nodes: Object.fromEntries([
      [figure.root.id, { x: 8, y: 8, width: width - 16, height: height - 16 }],
      ...placed.flatMap(({ nodes }) => nodes),
    ]) as Record<string, Box>,
    edges: placed.flatMap(({ edges }) => edges),
  };
}

function placePart(part: ElkNode, { x, y } = { x: 0, y: 0 }) {
  const all = everyElkNode(part);
  const boxOf = (box: Partial<Box>): Box => ({
    x: rounded((box.x ?? 0) + x),
    y: rounded((box.y ?? 0) + y),
    width: rounded(box.width),
    height: rounded(box.height),
  });
  const pointsOf = ({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): Point[] =>
    [startPoint, ...bendPoints, endPoint].map((at) => [rounded(at.x + x), rounded(at.y + y)]);
  const edgeOf = ({ id, sections, labels }: NonNullable<ElkNode['edges']>[number]): EdgeLayout => {
    const [section] = sections ?? [];
    if (section === undefined) throw new Error(`ELK has found no way for ${id}`);
    const [label] = labels ?? [];
    return { id, points: pointsOf(section), label: label === undefined ? null : boxOf(label) };
  };
  return {
    nodes: all.filter((node) => node !== part).map((node) => [node.id, boxOf(node)] as const),
    edges: all.flatMap(({ edges = [] }) => edges.map(edgeOf)),
  };
}

function everyElkNode(node: ElkNode): ElkNode[] {
  return [node, ...(node.children ?? []).flatMap(everyElkNode)];
}

function rounded(value = 0): number {
  return Math.round(value * 10) / 10;
}
