import { headPath, linePath } from './edge-path.ts';
import {
  type BlockWay,
  type EventBlock,
  type FigureEdge,
  type FigureNode,
  everyNode,
  figureOf,
  indent,
} from './figure.ts';
import { element, escapeMarkup, textElement } from './markup.ts';
import { sizes, tagWidth, titleWidth } from './measure.ts';
import { chartStyle } from './svg-style.ts';
import type { Box, ChartLayout, EdgeLayout, MachineDescription } from './types.ts';
import { transitionLabel } from './wording.ts';

/**
 * Draws a machine, all in one: no script, no font and no file from elsewhere. States carry `data-state`, lines
 * `data-source` and `data-target`, events `data-event`, so that a page can light what is active.
 */
export function machineSvg(description: MachineDescription, layout: ChartLayout): string {
  const { root, edges } = figureOf(description);
  const routes = new Map(layout.edges.map((edge) => [edge.id, edge]));
  const drawnEdges = edges.map((edge) => drawEdge(edge, found(routes.get(edge.id), edge.id)));
  const drawn = [
    element('style', {}, chartStyle),
    element('title', {}, escapeMarkup(`Statechart ${description.id}`)),
    element('rect', { class: 'background', width: layout.width, height: layout.height }),
    ...everyNode(root).map((node) => drawNode(node, root, found(layout.nodes[node.id], node.id))),
    ...drawnEdges.map(({ line }) => line),
    ...drawnEdges.map(({ label }) => label),
  ];
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'holdfast-chart',
      viewBox: `0 0 ${layout.width} ${layout.height}`,
      width: layout.width,
      height: layout.height,
      role: 'img',
      'aria-label': `Statechart ${description.id}`,
      'data-machine': description.id,
    },
    `\n${drawn.filter((each) => each !== '').join('\n')}\n`,
  )}\n`;
}

function found<T>(part: T | undefined, id: string): T {
  if (part !== undefined) return part;
  throw new Error(`the layout has no place for '${id}': it is of another version of the machine`);
}

function drawNode(node: FigureNode, root: FigureNode, box: Box): string {
  if (node.kind === 'initial') {
    const radius = box.width / 2;
    return element('circle', { class: 'dot', cx: box.x + radius, cy: box.y + radius, r: radius });
  }
  const isGroup = node.children.length > 0;
  const classes = ['state', ...(isGroup ? ['group'] : []), ...(node === root ? ['root'] : [])];
  const attributes =
    node.kind === 'any'
      ? { class: 'any', 'data-any': node.state.path }
      : { class: classes.join(' '), 'data-state': node.state.path };
  const { x, y, width, height } = box;
  const parts = [
    hint(node),
    element('rect', { class: 'box', x, y, width, height, rx: 8 }),
    node.state.kind === 'final'
      ? element('rect', {
          ...{ class: 'inner', x: x + 3, y: y + 3, width: width - 6, height: height - 6, rx: 5 },
        })
      : '',
    textElement('title', x + sizes.padding, y + 19, node.title),
    node.kind === 'any' ? '' : drawTags(node, box),
    ...drawRows(node, box),
  ];
  return element('g', attributes, parts.join(''));
}

/** What a pointer that rests on the state is told. */
function hint({ kind, state }: FigureNode): string {
  if (kind === 'any') return '';
  const ignored = state.transitions.filter((each) => each.kind === 'ignored');
  const lines = [
    ...(state.description === null ? [] : [state.description]),
    ...state.entry.map((action) => `entry / ${action}`),
    ...state.exit.map((action) => `exit / ${action}`),
    ...ignored.map((each) => `ignores ${transitionLabel(each)}`),
  ];
  return lines.length === 0 ? '' : element('title', {}, escapeMarkup(lines.join('\n')));
}

function drawTags({ state, title }: FigureNode, { x, y }: Box): string {
  let left = x + sizes.padding + titleWidth(title) + sizes.gap;
  return state.tags
    .map((tag) => {
      const width = tagWidth(tag);
      const { tagHeight: height, tagPadding } = sizes;
      const pill = element('rect', { x: left, y: y + 6, width, height, rx: height / 2 });
      const text = textElement('', left + tagPadding, y + 17, tag);
      left += width + sizes.gap;
      return element('g', { class: 'tag' }, pill + text);
    })
    .join('');
}

function drawRows(node: FigureNode, { x, y, width }: Box): string[] {
  const left = x + sizes.padding;
  let top = y + sizes.titleHeight;
  const rows: string[] = [];
  if (node.invokes !== null) {
    rows.push(textElement('muted', left, top + 11, node.invokes));
    top += sizes.lineHeight;
  }
  if (node.blocks.length === 0) return rows;
  rows.push(element('line', { class: 'rule', x1: x, x2: x + width, y1: top + 3, y2: top + 3 }));
  rows.push(drawBlocks(node.blocks, left, top + 6));
  return rows;
}

const signs: Readonly<Record<BlockWay, string>> = { line: '', again: '↻', stay: '·', jump: '→' };

function drawEdge(edge: FigureEdge, route: EdgeLayout): { line: string; label: string } {
  const { source, target, blocks } = edge;
  const ends = source === null ? {} : { 'data-source': source, 'data-target': target };
  const line =
    element('path', { class: 'line', d: linePath(route.points) }) +
    element('path', { class: 'head', d: headPath(route.points) });
  const { label: box } = route;
  const drawn = element('g', { class: 'edge', ...ends }, line);
  if (box === null || blocks.length === 0) return { line: drawn, label: '' };
  const chip = element('rect', { class: 'chip', ...box, rx: 5 });
  const texts = drawBlocks(blocks, box.x + 4, box.y + 2);
  return { line: drawn, label: element('g', { class: 'label' }, chip + texts) };
}

function drawBlocks(blocks: readonly EventBlock[], left: number, top: number): string {
  let line = 0;
  const nextY = () => top + line++ * sizes.lineHeight + 11;
  return blocks
    .map((block) => {
      const { event, title, guardLines, transitions, way, target } = block;
      const told = element('title', {}, escapeMarkup(transitions.map(transitionLabel).join('\n')));
      const y = nextY();
      const own = way === 'line' ? '' : textElement('muted', left, y, signs[way]);
      const named = textElement('event', way === 'line' ? left : left + indent, y, title);
      const guards = guardLines.map((each) => textElement('muted', left + indent, nextY(), each));
      const source = transitions[0]?.source ?? '';
      const ends = { 'data-source': source, 'data-target': target, 'data-event': event };
      return element('g', ends, told + own + named + guards.join(''));
    })
    .join('');
}
