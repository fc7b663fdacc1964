import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { driverNameViolations } from './rules/driver-names.ts';
import { parseSource, readSources, root } from './source-file.ts';

const drivers = readdirSync(join(root, 'drivers'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'contract')
  .map((entry) => entry.name);

function violations(text: string, path = 'src/agent/a.ts'): string[] {
  return driverNameViolations(parseSource(path, text), ['haproxy', 'memory']);
}

test('there are drivers to look for', () => {
  expect(drivers).toContain('memory');
});

test("nothing is decided by a driver's name", () => {
  const product = readSources(['machines', 'drivers', 'src', 'simulator']);
  expect(product.flatMap((file) => driverNameViolations(file, drivers))).toEqual([]);
});

describe('is refused', () => {
  test.each([
    `if (driver === 'haproxy') go();`,
    `const leased = 'memory' !== descriptor.name;`,
    `switch (name) { case 'haproxy': go(); }`,
    `if (['haproxy', 'other'].includes(name)) go();`,
  ])('%s', (text) => {
    expect(violations(text)).toHaveLength(1);
  });

  test('a name of another driver in a driver', () => {
    expect(violations(`if (name === 'haproxy') go();`, 'drivers/memory/a.ts')).toHaveLength(1);
  });
});

describe('is allowed', () => {
  test.each([`const name = 'haproxy';`, `if (fence === 'lease') go();`])('%s', (text) => {
    expect(violations(text)).toEqual([]);
  });

  test('its own name in a driver', () => {
    expect(violations(`if (name === 'memory') go();`, 'drivers/memory/a.ts')).toEqual([]);
  });
});
