import { describe, expect, test } from 'vitest';
import { roomViolations } from './rules/rooms.ts';
import { parseSource, readSources } from './source-file.ts';

const violations = (path: string, text: string): string[] =>
  roomViolations(parseSource(path, text));

test('within the controller, every import goes down', () => {
  expect(readSources(['src']).flatMap(roomViolations)).toEqual([]);
});

describe('an import is refused', () => {
  test.each([
    ['src/controller/records/a.ts', `import '../shards/b.ts';`],
    ['src/controller/placement/a.ts', `import type { X } from '../liveness/b.ts';`],
    ['src/controller/services/a.ts', `import '../controller.ts';`],
  ])('in %s: %s', (path, text) => {
    expect(violations(path, text)).toHaveLength(1);
  });
});

describe('an import is allowed', () => {
  test.each([
    ['src/controller/controller.ts', `import './services/b.ts'; import './options.ts';`],
    ['src/controller/services/a.ts', `import '../records/b.ts'; import './c.ts';`],
    ['src/controller/records/a.ts', `import '../../host/b.ts'; import 'zod';`],
    ['src/agent/a.ts', `import '../controller/services/b.ts';`],
  ])('in %s: %s', (path, text) => {
    expect(violations(path, text)).toEqual([]);
  });
});

test('a refusal names the place and says what would be right', () => {
  expect(violations('src/controller/shards/a.ts', `\nimport '../fleet/b.ts';`)).toEqual([
    'src/controller/shards/a.ts:2 imports ../fleet/b.ts: files here may import only of records, shards',
  ]);
});

test('a new room needs a place', () => {
  expect(violations('src/controller/attic/a.ts', '')).toEqual([
    'src/controller/attic/a.ts is in a room that has no place among others',
  ]);
});
