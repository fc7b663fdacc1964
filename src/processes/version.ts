import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from './root.ts';

const Package = z.object({ version: z.string() });

/** This program's version, as package.json has it. */
export const { version } = Package.parse(
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
);
