import { type Figure, type FigureEdge, type FigureNode, everyNode } from './figure.ts';
import { hintsFor } from './hints.ts';
import { sizes } from './measure.ts';

/** A graph as ELK takes it. */
export interface Graph {
  readonly id: string;
  readonly layoutOptions?: Readonly<Record<string, string>>;
  readonly width?: number;
  readonly height?: number;
  readonly children?: readonly Graph[];
  readonly edges?: readonly GraphEdge[];
}

export interface GraphEdge {
  readonly id: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly labels: readonly GraphLabel[];
  readonly layoutOptions?: Readonly<Record<string, string>>;
}

export interface GraphLabel {
  readonly text: string;
  readonly width: number;
  readonly height: number;
  readonly layoutOptions: Readonly<Record<string, string>>;
}

/**
 * Whatever decides about a machine's layout: an engine that is given the same graphs draws the same. What
 * isn't connected is a graph of its own, and can be put beside the others.
 */
export function graphsOf({ machine, root, edges }: Figure): Graph[] {
  const { cycles } = hintsFor(machine);
  const layoutOptions = {
    ...options,
    ...spacing,
    'elk.layered.cycleBreaking.strategy': cycles,
  };
  return connected(root.children, edges).map((part, index) => ({
    id: `part-${index}`,
    layoutOptions,
    children: part.nodes.map(nodeOf),
    edges: part.edges.map(edgeOf),
  }));
}

interface Part {
  readonly nodes: readonly FigureNode[];
  readonly edges: readonly FigureEdge[];
}

function connected(nodes: readonly FigureNode[], edges: readonly FigureEdge[]): Part[] {
  const topOf = new Map(
    nodes.flatMap((top) => everyNode(top).map(({ id }) => [id, top.id] as const)),
  );
  let parts = nodes.map((node) => new Set([node.id]));
  for (const { from, to } of edges) {
    const ends = [topOf.get(from), topOf.get(to)];
    const touched = parts.filter((part) => ends.some((end) => end !== undefined && part.has(end)));
    const merged = new Set(touched.flatMap((part) => [...part]));
    parts = [...parts.filter((part) => !touched.includes(part)), merged];
  }
  return parts.map((part) => ({
    nodes: nodes.filter(({ id }) => part.has(id)),
    edges: edges.filter(({ to }) => part.has(topOf.get(to) ?? '')),
  }));
}

const options = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.randomSeed': '1',
  'elk.direction': 'DOWN',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.layered.thoroughness': '40',
};

const spacing = {
  'elk.spacing.nodeNode': '36',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.spacing.nodeNodeBetweenLayers': '36',
  'elk.layered.spacing.edgeNodeBetweenLayers': '18',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '14',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.edgeLabels.sideSelection': 'ALWAYS_UP',
};

function nodeOf(node: FigureNode): Graph {
  const { id, width, height, children } = node;
  if (children.length === 0) return { id, width, height };
  const side = sizes.padding + 8;
  return {
    id,
    layoutOptions: {
      ...spacing,
      'elk.padding': `[top=${height + 8},left=${side},bottom=${side},right=${side}]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${height})`,
    },
    children: children.map(nodeOf),
  };
}

function edgeOf({ id, from, to, blocks, width, height }: FigureEdge): GraphEdge {
  const label = { text: id, width, height, layoutOptions: { 'elk.edgeLabels.inline': 'true' } };
  return { id, sources: [from], targets: [to], labels: blocks.length === 0 ? [] : [label] };
}
