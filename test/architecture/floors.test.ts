import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { floorViolations } from './rules/floors.ts';
import { floors, parseSource, readSources, root } from './source-file.ts';

const manifest = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
const dependencies = Object.keys(manifest.dependencies);

function violations(path: string, text: string): string[] {
  return floorViolations(parseSource(path, text), dependencies);
}

test('every import goes down', () => {
  expect(readSources(floors).flatMap((file) => floorViolations(file, dependencies))).toEqual([]);
});

describe('an import is refused', () => {
  test.each([
    ['machines/a/b.ts', `import '../../drivers/contract/errors.ts';`],
    ['machines/a/b.ts', `import type { X } from '../../src/ports/bus.ts';`],
    ['machines/a/b.ts', `import { readFile } from 'node:fs';`],
    ['machines/a/b.ts', `export * from 'pino';`],
    ['drivers/memory/a.ts', `import '../haproxy/config.ts';`],
    ['drivers/memory/a.ts', `import { pino } from 'pino';`],
    ['drivers/contract/a.ts', `import '../memory/driver.ts';`],
    ['drivers/memory/a.ts', `import '../../src/ports/bus.ts';`],
    ['src/agent/a.ts', `import '../../drivers/memory/driver.ts';`],
    ['src/agent/a.ts', `const x = await import('../../simulator/world.ts');`],
    ['src/agent/a.ts', `import { connect } from 'nats';`],
    ['src/agent/a.ts', `export { Kvm } from '@nats-io/kv';`],
    ['src/agent/a.ts', `type Js = import('@nats-io/jetstream').JetStreamClient;`],
    ['src/agent/a.ts', `import fc from 'fast-check';`],
    ['src/setup/a.mjs', `import { z } from 'zod';`],
    ['src/setup/a.mjs', `import '../ports/bus.ts';`],
    ['src/agent/a.ts', `import { createRoot } from 'react-dom/client';`],
    ['src/inspector/page/a.tsx', `import '../../agent/b.ts';`],
    ['src/inspector/page/a.tsx', `import pino from 'pino';`],
    ['simulator/a.ts', `import '../src/adapters/nats-bus.ts';`],
    ['simulator/a.ts', `import '../drivers/haproxy/driver.ts';`],
    ['simulator/a.ts', `import '../test/support/x.ts';`],
    ['simulator/a.ts', `import 'nats';`],
    ['simulator/a.ts', `import './chaos/run.ts';`],
    ['simulator/chaos/a.ts', `import '../../test/support/x.ts';`],
  ])('in %s: %s', (path, text) => {
    expect(violations(path, text)).toHaveLength(1);
  });
});

describe('an import is allowed', () => {
  test.each([
    ['machines/a/b.ts', `import { z } from 'zod'; import { setup } from 'xstate';`],
    ['drivers/memory/a.ts', `import '../contract/errors.ts'; import 'node:fs'; import './b.ts';`],
    ['drivers/registry.ts', `import './haproxy/driver.ts'; import './memory/driver.ts';`],
    ['src/agent/a.ts', `import '../../drivers/registry.ts'; import pino from 'pino';`],
    ['src/adapters/nats-bus.ts', `import { connect } from 'nats';`],
    ['src/inspector/page/a.tsx', `import 'react'; import '../model/world.ts'; import './b.tsx';`],
    ['src/setup/run.mjs', `import 'node:fs'; await import('tsx/esm/api');`],
    ['simulator/a.ts', `import '../src/controller/x.ts'; import '../drivers/memory/driver.ts';`],
    ['simulator/chaos/a.ts', `import '../../src/adapters/nats-bus.ts'; import '../world/x.ts';`],
    ['test/a/b.test.ts', `import 'vitest'; import '../../simulator/world.ts';`],
  ])('in %s: %s', (path, text) => {
    expect(violations(path, text)).toEqual([]);
  });
});

test('a refusal names the place and says what would be right', () => {
  const [violation] = violations('machines/a/b.ts', `\nimport 'pino';`);
  expect(violation).toBe('machines/a/b.ts:2 imports pino: files here may import only xstate, zod');
});
