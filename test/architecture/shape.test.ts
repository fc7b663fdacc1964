import { describe, expect, test } from 'vitest';
import {
  extensionViolations,
  fileLengthViolations,
  fileLinesMax,
  functionLengthViolations,
  functionLinesMax,
  nameViolations,
} from './rules/shape.ts';
import { floors, listFiles, parseSource, readSources } from './source-file.ts';

const sources = readSources(floors);

test('files and folders are named in kebab-case', () => {
  expect(floors.flatMap((floor) => listFiles(floor)).flatMap(nameViolations)).toEqual([]);
});

test(`no file is longer than ${fileLinesMax} lines`, () => {
  expect(sources.flatMap(fileLengthViolations)).toEqual([]);
});

test('relative imports carry their extension', () => {
  expect(sources.flatMap(extensionViolations)).toEqual([]);
});

test(`no function of the product has more than ${functionLinesMax} lines of its own`, () => {
  const product = sources.filter(({ path }) => !path.startsWith('test/'));
  expect(product.flatMap(functionLengthViolations)).toEqual([]);
});

describe('the rules themselves', () => {
  test.each(['src/Agent.ts', 'src/agent_host.ts', 'src/agentHost.ts', 'src/Api/a.ts', 'src/-a.ts'])(
    'refuse the name %s',
    (path) => {
      expect(nameViolations(path)).toHaveLength(1);
    },
  );

  test.each(['src/agent-host.ts', 'test/api/http-2.test.ts', 'src/setup/run.mjs'])(
    'allow the name %s',
    (path) => {
      expect(nameViolations(path)).toEqual([]);
    },
  );

  test('count lines to the limit', () => {
    const lines = (count: number) => parseSource('src/a.ts', '// line\n'.repeat(count));
    expect(fileLengthViolations(lines(fileLinesMax))).toEqual([]);
    expect(fileLengthViolations(lines(fileLinesMax + 1))).toEqual([
      'src/a.ts has 401 lines; 400 is the limit',
    ]);
  });

  test.each([`import './b';`, `import './b.js';`, `await import('../b');`, `export * from '.';`])(
    'refuse %s',
    (text) => {
      expect(extensionViolations(parseSource('src/a.ts', text))).toHaveLength(1);
    },
  );

  test('count a long function', () => {
    const text = `export const f = () => {\n${'  step();\n'.repeat(functionLinesMax)}};\n`;
    expect(functionLengthViolations(parseSource('src/a.ts', text))).toEqual([
      'src/a.ts:1 has a function of 72 lines; 70 is the limit',
    ]);
  });

  test('leave the lines of functions within a function to them', () => {
    const inner = `  function g() {\n${'    step();\n'.repeat(50)}  }\n`;
    const text = `function f() {\n${inner}${inner.replace('g', 'h')}  return g() + h();\n}\n`;
    expect(functionLengthViolations(parseSource('src/a.ts', text))).toEqual([]);
  });
});
