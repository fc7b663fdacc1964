import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeMachine } from '../../src/inspector/charts/describe.ts';
import { everyNode, figureOf } from '../../src/inspector/charts/figure.ts';
import { graphsOf } from '../../src/inspector/charts/graph.ts';
import { layoutHash } from '../../src/inspector/charts/layout-hash.ts';
import { chartedMachines } from '../../src/inspector/charts/machines.ts';
import { readLayouts } from '../../src/inspector/charts/read-layouts.ts';
import { machineSvg } from '../../src/inspector/charts/svg.ts';
import type { Box } from '../../src/inspector/charts/types.ts';
import { machinesDocument } from '../docs/machines-document.ts';
import { documentFile, pictureFile } from '../docs/paths.ts';

const remedy =
  'a machine, or how it is drawn, has changed: run npm run docs, and commit what it writes';
const layouts = readLayouts();
const descriptions = chartedMachines.map(describeMachine);

test('there is a layout for each machine, and no other', () => {
  expect(Object.keys(layouts), remedy).toEqual(descriptions.map(({ id }) => id));
});

describe.each(descriptions.map((description) => ({ name: description.id, description })))(
  '$name',
  ({ name, description }) => {
    const figure = figureOf(description);
    const layout = layouts[name]!;
    const boxOf = (id: string): Box => layout.nodes[id]!;

    test('its layout was made from what it is now', () => {
      expect(layout.hash, remedy).toBe(layoutHash(graphsOf(figure)));
    });

    test('its picture in docs shows what it is now', () => {
      const picture = readFileSync(pictureFile(name), 'utf8');
      expect(picture === machineSvg(description, layout), remedy).toBe(true);
    });

    test('boxes stand in their groups, beside each other', () => {
      for (const { id, children } of everyNode(figure.root)) {
        for (const [index, child] of children.entries()) {
          expect(holds(boxOf(id), boxOf(child.id)), `${child.id} is in ${id}`).toBe(true);
          for (const other of children.slice(index + 1)) {
            const apart = !overlap(boxOf(child.id), boxOf(other.id));
            expect(apart, `${child.id} and ${other.id} are apart`).toBe(true);
          }
        }
      }
    });

    test('labels are in the picture, off the boxes and off each other', () => {
      const whole = { x: 0, y: 0, width: layout.width, height: layout.height };
      const labels = layout.edges.flatMap(({ label }) => (label === null ? [] : [label]));
      const boxes = everyNode(figure.root)
        .filter(({ children }) => children.length === 0)
        .map(({ id }) => boxOf(id));
      for (const [index, label] of labels.entries()) {
        expect(holds(whole, label)).toBe(true);
        const others = [...boxes, ...labels.slice(index + 1)];
        expect(others.filter((other) => overlap(label, other))).toEqual([]);
      }
    });
  },
);

test('docs/machines.md says what the machines are now', () => {
  const written = readFileSync(documentFile, 'utf8');
  expect(written === machinesDocument(descriptions), remedy).toBe(true);
});

function holds(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function overlap(a: Box, b: Box): boolean {
  const across = a.x < b.x + b.width && b.x < a.x + a.width;
  return across && a.y < b.y + b.height && b.y < a.y + a.height;
}
