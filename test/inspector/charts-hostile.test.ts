import { expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { describeMachine } from '../../src/inspector/charts/describe.ts';
import { figureOf, everyNode } from '../../src/inspector/charts/figure.ts';
import { machineMermaid } from '../../src/inspector/charts/mermaid.ts';
import { machineSvg } from '../../src/inspector/charts/svg.ts';
import type { ChartLayout, MachineDescription } from '../../src/inspector/charts/types.ts';

const evil = `"><script>alert('&')</script>\u0000\n%%{init: {}}%% --> x ; end`;

const hostile = createMachine({
  id: evil,
  description: evil,
  initial: evil,
  states: {
    [evil]: {
      tags: [evil],
      description: evil,
      invoke: { src: evil, id: evil },
      on: {
        [evil]: { target: 'there', guard: evil, actions: evil },
        [`${evil}2`]: { actions: evil },
        [`${evil}3`]: {},
      },
    },
    there: { type: 'final' },
  },
});

/** Somewhere for everything: what is tested is what the texts become. */
function anyLayout(description: MachineDescription): ChartLayout {
  const { root, edges } = figureOf(description);
  const box = { x: 0, y: 0, width: 10, height: 10 };
  return {
    ...{ hash: '', width: 100, height: 100 },
    nodes: Object.fromEntries(everyNode(root).map(({ id }) => [id, box])),
    edges: edges.map(({ id }) => ({ id, label: box, points: [[0, 0] as const, [0, 9] as const] })),
  };
}

test('names that are markup stay text in a picture', () => {
  const description = describeMachine(hostile);

  const svg = machineSvg(description, anyLayout(description));

  expect(svg).not.toContain('<script');
  expect(svg).not.toContain('\u0000');
  expect(svg).toContain('&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;?');
  // Every attribute is closed where it was opened, and every element is one of those that are drawn.
  const tags = [...svg.matchAll(/<\/?([a-z]+)((?: [a-z0-9-]+="[^"<>]*")*)\s*\/?>/gi)];
  const style = /<style>[^]*?<\/style>/.exec(svg)?.[0] ?? '';
  expect(svg.split('<').length - 1).toBe(tags.length);
  expect(style).not.toContain('alert');
});

test('names that are syntax stay text for Mermaid', () => {
  const text = machineMermaid(describeMachine(hostile));

  expect(text).not.toContain('<script');
  expect(text).not.toContain('%%{');
  const arrows = text.split('\n').filter((line) => line.includes('-->'));
  expect(arrows.every((line) => line.split('-->').length === 2)).toBe(true);
  // Four lines of the head, two states, where they begin and end, an arrow, a text, a comment: no other.
  expect(text.trimEnd().split('\n')).toHaveLength(11);
});

test('a layout of another version of the machine is refused', () => {
  const description = describeMachine(hostile);
  const { nodes, ...rest } = anyLayout(description);

  const draw = () =>
    machineSvg(description, { ...rest, nodes: { ...nodes, 'state:there': undefined! } });

  expect(draw).toThrow("the layout has no place for 'state:there': it is of another version");
});
