import { describe, expect, test } from 'vitest';
import { ambientViolations } from './rules/ambient.ts';
import { parseSource, readSources } from './source-file.ts';

function violations(text: string, path = 'src/agent/a.ts'): string[] {
  return ambientViolations(parseSource(path, text));
}

test('time, timers, randomness and ids come from the ports', () => {
  const product = readSources(['machines', 'drivers', 'src', 'simulator']);
  expect(product.flatMap(ambientViolations)).toEqual([]);
});

describe('is refused', () => {
  test.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const now = Date();',
    'const now = globalThis.Date.now();',
    'const x = Math.random();',
    'const id = crypto.randomUUID();',
    'const bytes = whatever.getRandomValues(array);',
    `import { randomUUID as id } from 'node:crypto';`,
    `import { performance } from 'node:perf_hooks';`,
    'const t = performance.now();',
    'const t = process.hrtime();',
    'const t = process.hrtime.bigint();',
    'setTimeout(run, 1);',
    'globalThis.setInterval(run, 1);',
    'const later = setImmediate;',
    'const clock = { setTimeout };',
    `import { setTimeout as sleep } from 'node:timers/promises';`,
    `import timers from 'timers';`,
    'const signal = AbortSignal.timeout(5);',
  ])('%s', (text) => {
    expect(violations(text)).toHaveLength(1);
  });
});

describe('is allowed', () => {
  test.each([
    'const text = new Date(wallMs).toISOString();',
    'const t = Date.parse(text);',
    'const n = Math.max(1, 2);',
    'clock.setTimeout(run, 1);',
    'const fake = { setTimeout: run };',
    'interface Page { setTimeout(run: () => void): void }',
    `import { createHash } from 'node:crypto';`,
  ])('%s', (text) => {
    expect(violations(text)).toEqual([]);
  });

  test.each([
    'src/adapters/system-clock.ts',
    'src/adapters/system-random.ts',
    'src/setup/lock.mjs',
  ])('everything in %s', (path) => {
    expect(violations('Date.now(); Math.random();', path)).toEqual([]);
  });
});

test('only those very files are excepted', () => {
  expect(violations('Date.now();', 'src/adapters/system-clock-copy.ts')).toHaveLength(1);
  expect(violations('Date.now();', 'src/setup/more/late.mjs')).toHaveLength(1);
});
