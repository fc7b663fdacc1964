import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ChartLayouts } from './types.ts';

const Box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });

const Layouts = z.record(
  z.string(),
  z.object({
    hash: z.string(),
    width: z.number(),
    height: z.number(),
    nodes: z.record(z.string(), Box),
    edges: z.array(
      z.object({
        id: z.string(),
        points: z.array(z.tuple([z.number(), z.number()])),
        label: Box.nullable(),
      }),
    ),
  }),
);

/** The layouts that were made from the machines of this version; `npm run docs` makes them anew. */
export function readLayouts(): ChartLayouts {
  const file = new URL('layouts.json', import.meta.url);
  return Layouts.parse(JSON.parse(readFileSync(file, 'utf8')));
}
