import { hintsFor } from './hints.ts';
import { lineCharsMax, lineWidth, sizes, tagWidth, titleWidth, wrap } from './measure.ts';
import type { MachineDescription, StateDescription, TransitionDescription } from './types.ts';
import { eventLabel } from './wording.ts';

/** One event in a box or at a line: all its transitions there, with their guards in lines. */
export interface EventBlock {
  readonly event: string;
  readonly title: string;
  readonly guardLines: readonly string[];
  readonly transitions: readonly TransitionDescription[];
  readonly way: BlockWay;
  /** Where they lead. */
  readonly target: string;
}

/** Along a line; or written in a box: `again` enters the same state anew, `jump` leads to one that stands apart. */
export type BlockWay = 'line' | 'again' | 'stay' | 'jump';

/** A box of the picture. */
export interface FigureNode {
  readonly id: string;
  /** `any` stands in a group for whichever of its states is active; `initial` is the dot. */
  readonly kind: 'state' | 'any' | 'initial';
  /** Whose it is. */
  readonly state: StateDescription;
  readonly title: string;
  readonly invokes: string | null;
  readonly blocks: readonly EventBlock[];
  /** What it needs for itself; a group is as large as what is in it, below its own. */
  readonly width: number;
  readonly height: number;
  readonly children: readonly FigureNode[];
}

/** A line of the picture, with the events that take it. */
export interface FigureEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The states' paths; null at the dot. */
  readonly source: string | null;
  readonly target: string;
  readonly blocks: readonly EventBlock[];
  readonly width: number;
  readonly height: number;
}

export interface Figure {
  readonly machine: string;
  readonly root: FigureNode;
  readonly edges: readonly FigureEdge[];
}

/** What is to be drawn of a machine, and how much room each part needs. */
export function figureOf({ id, root }: MachineDescription): Figure {
  const { apart } = hintsFor(id);
  return { machine: id, root: stateNode(root, apart), edges: edgesOf(root, apart) };
}

export function everyNode(node: FigureNode): FigureNode[] {
  return [node, ...node.children.flatMap(everyNode)];
}

export const stateNodeId = (path: string): string => `state:${path}`;
const anyNodeId = (path: string): string => `any:${path}`;
const initialNodeId = (path: string): string => `initial:${path}`;

type Apart = readonly string[];

function stateNode(state: StateDescription, apart: Apart): FigureNode {
  const isGroup = state.states.length > 0;
  const within = isGroup ? state.states.map((each) => stateNode(each, apart)) : [];
  return sized({
    id: stateNodeId(state.path),
    kind: 'state',
    state,
    title: state.key,
    invokes: invokesOf(state),
    blocks: isGroup ? [] : boxBlocks(state, apart),
    children: isGroup ? [...groupNodes(state, apart), ...within] : [],
  });
}

/** What a group has in it beside its states. */
function groupNodes(state: StateDescription, apart: Apart): FigureNode[] {
  const blocks = boxBlocks(state, apart);
  const isSource = lineTargets(state, apart).some((target) => isWithin(target, state.path));
  const common = { state, invokes: null, children: [] };
  const { initial: size } = sizes;
  const dot = { id: initialNodeId(state.path), kind: 'initial' as const, title: '', blocks: [] };
  const any = { id: anyNodeId(state.path), kind: 'any' as const, title: 'any state', blocks };
  return [
    ...(state.initial === null ? [] : [{ ...common, ...dot, width: size, height: size }]),
    ...(blocks.length > 0 || isSource ? [sized({ ...common, ...any })] : []),
  ];
}

function sized(node: Omit<FigureNode, 'width' | 'height'>): FigureNode {
  const { padding, gap, titleHeight, lineHeight } = sizes;
  const tags = node.kind === 'state' ? node.state.tags : [];
  const title = titleWidth(node.title) + tags.reduce((sum, tag) => sum + gap + tagWidth(tag), 0);
  const invokes = node.invokes === null ? 0 : lineWidth(node.invokes);
  const rows = blocksSize(node.blocks, indent);
  const own = titleHeight + (node.invokes === null ? 0 : lineHeight);
  return {
    ...node,
    width: Math.ceil(Math.max(title, invokes, rows.width) + 2 * padding),
    height: own + (rows.height === 0 ? 0 : rows.height + 6) + padding,
  };
}

function invokesOf({ invokes }: StateDescription): string | null {
  return invokes.length === 0 ? null : `runs ${invokes.map(({ src }) => src).join(', ')}`;
}

/** What comes back to the same state, never leaves it, or leads to one that stands apart. */
function boxBlocks(state: StateDescription, apart: Apart): EventBlock[] {
  const { path, transitions } = state;
  const again = transitions.filter(({ targets, reenter }) => targets.includes(path) && reenter);
  const staying = transitions.filter(
    ({ kind, targets, reenter }) => kind === 'stay' || (targets.includes(path) && !reenter),
  );
  const jumps = targetsOf(state).filter((target) => target !== path && isJump(path, target, apart));
  return [
    ...blocksOf(state, again, 'again', path),
    ...blocksOf(state, staying, 'stay', path),
    ...jumps.flatMap((target) => blocksOf(state, leadingTo(state, target), 'jump', target)),
  ];
}

function targetsOf({ transitions }: StateDescription): string[] {
  return [...new Set(transitions.flatMap(({ targets }) => targets))];
}

function leadingTo({ transitions }: StateDescription, target: string): TransitionDescription[] {
  return transitions.filter(({ targets }) => targets.includes(target));
}

function lineTargets(state: StateDescription, apart: Apart): string[] {
  const { path } = state;
  return targetsOf(state).filter((target) => target !== path && !isJump(path, target, apart));
}

function isJump(source: string, target: string, apart: Apart): boolean {
  const standsApart = (path: string) =>
    apart.some((group) => path === group || isWithin(path, group));
  return standsApart(target) && !standsApart(source);
}

function isWithin(path: string, group: string): boolean {
  return path !== group && (group === '' || path.startsWith(`${group}.`));
}

function edgesOf(state: StateDescription, apart: Apart): FigureEdge[] {
  const own = lineTargets(state, apart).map((target) => edge(state, target));
  const within = state.states.flatMap((each) => edgesOf(each, apart));
  const { initial, path } = state;
  if (initial === null) return [...own, ...within];
  const dot = initialNodeId(path);
  const ends = { from: dot, to: stateNodeId(initial), source: null, target: initial };
  return [{ id: dot, ...ends, blocks: [], width: 0, height: 0 }, ...own, ...within];
}

function edge(state: StateDescription, target: string): FigureEdge {
  const source = state.path;
  const blocks = blocksOf(state, leadingTo(state, target), 'line', target);
  const { width, height } = blocksSize(blocks, 0);
  return {
    id: `${source}→${target}`,
    from: isWithin(target, source) ? anyNodeId(source) : stateNodeId(source),
    to: stateNodeId(target),
    source,
    target,
    blocks,
    width: Math.ceil(width + 8),
    height: height + 4,
  };
}

function blocksOf(
  state: StateDescription,
  transitions: readonly TransitionDescription[],
  way: BlockWay,
  target: string,
): EventBlock[] {
  const events = [...new Set(transitions.map(({ event }) => event))];
  return events.map((event) => {
    const of = transitions.filter((each) => each.event === event);
    const guards = [...new Set(of.flatMap((each) => guardWord(state, each)))];
    const [first] = of;
    const title = first === undefined ? event : eventLabel(first);
    const guardLines = [
      ...wrap(guards, ', ', lineCharsMax),
      ...(way === 'jump' ? [`to ${target}`] : []),
    ];
    return { event, title, guardLines, transitions: of, way, target };
  });
}

/** What has no guard, but comes after others of its event, is taken where they are not. */
function guardWord(state: StateDescription, transition: TransitionDescription): string[] {
  if (transition.guard !== null) return [transition.guard];
  const ofEvent = state.transitions.filter(({ event }) => event === transition.event);
  return ofEvent.indexOf(transition) > 0 ? ['otherwise'] : [];
}

/** The room for the sign before an event in a box, or the indent of its guards. */
export const indent = 12;

function blocksSize(
  blocks: readonly EventBlock[],
  before: number,
): { width: number; height: number } {
  const widths = blocks.flatMap(({ title, guardLines }) => [
    before + lineWidth(title),
    ...guardLines.map((line) => indent + lineWidth(line)),
  ]);
  const lines = blocks.reduce((sum, { guardLines }) => sum + 1 + guardLines.length, 0);
  return { width: Math.max(0, ...widths), height: lines * sizes.lineHeight };
}
