import { availableParallelism } from 'node:os';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import { parseOptions } from '../../simulator/cli/options.ts';
import { defaultScenario, scenarios } from '../../simulator/scenarios/index.ts';

/** How many seeds of which scenarios these words ask for. */
function seedsOf(...words: readonly string[]): Readonly<Record<string, number>> {
  const { sources } = parseOptions(words);
  return Object.fromEntries(sources.map(({ scenario, seeds }) => [scenario.name, seeds]));
}

const names = scenarios.map(({ name }) => name);

describe('what is run', () => {
  test('without arguments: every scenario, and more of those that mix everything', () => {
    const seeds = seedsOf();
    expect(Object.keys(seeds)).toEqual(names);
    expect(seeds).toMatchObject({ 'rough-week': 12, swarm: 12, 'agent-crash': 3 });
    expect(parseOptions([])).toMatchObject({ seed: 1, single: false, requireMarks: false });
  });

  test('with seeds only: so many of the default scenario', () => {
    expect(seedsOf('--seeds', '200')).toEqual({ [defaultScenario.name]: 200 });
  });

  test('with a seed only: this one of the default scenario, told in full', () => {
    expect(seedsOf('--seed', '42')).toEqual({ [defaultScenario.name]: 1 });
    expect(parseOptions(['--seed', '42'])).toMatchObject({ seed: 42, single: true });
  });

  test('with names: twenty seeds of each, or as many as are asked for', () => {
    expect(seedsOf('--scenario', 'swarm,agent-crash')).toEqual({ swarm: 20, 'agent-crash': 20 });
    expect(seedsOf('--scenario', 'swarm', '--seeds', '7')).toEqual({ swarm: 7 });
  });

  test('with all: so many of each', () => {
    expect(new Set(Object.values(seedsOf('--scenario', 'all', '--seeds', '2')))).toEqual(
      new Set([2]),
    );
  });

  test('for a night: ten thousand of the default, some of all others, and everything required', () => {
    const seeds = seedsOf('--nightly');
    expect(Object.keys(seeds)).toEqual(names);
    expect(seeds).toMatchObject({ 'rough-week': 10_000, swarm: 500, 'agent-crash': 500 });
    expect(seedsOf('--nightly', '--seeds', '30')).toMatchObject({ 'rough-week': 30, swarm: 2 });
    expect(parseOptions(['--nightly', '--seed', '5'])).toMatchObject({
      seed: 5,
      single: false,
      requireMarks: true,
    });
  });
});

test('every run goes by the preset of timings that is asked for, and its scenario’s own otherwise', () => {
  const timingsOf = (...words: readonly string[]) =>
    parseOptions(words).sources.map(({ run }) => run.timings);

  expect(timingsOf('--scenario', 'vips-move', '--timings', 'strict')).toEqual([presets.strict]);
  expect(timingsOf('--scenario', 'vips-move,swarm', '--timings', 'wan')).toEqual([
    presets.wan,
    presets.wan,
  ]);
  expect(timingsOf('--scenario', 'vips-move')).toEqual([undefined]);
});

test.each([
  [['--timings', 'wan'], /run\.yaml has timings of its own; write it there/],
  [['--agents', '4'], /run\.yaml has a topology of its own; write it there/],
])('a scenario file answers for itself, so %j is refused with it', (words, reason) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-options-'));
  try {
    const file = join(folder, 'run.yaml');
    writeFileSync(file, 'format: holdfast-scenario/1\nname: calm\nuntil: 1 s\nworkload: []\n');

    expect(() => parseOptions(['--scenario', file, ...words])).toThrow(reason);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a set runs in as many processes as there are cores, if nobody says', () => {
  expect(parseOptions([]).jobs).toBe(availableParallelism());
  expect(parseOptions(['--jobs', '3']).jobs).toBe(3);
});
