import process from 'node:process';
import { expect, test, vi } from 'vitest';
import { defaultScenario } from '../../simulator/scenarios/index.ts';
import { passesSeeds } from '../simulator/support/seeds.ts';

/*
 * A set of nightly size: every seed passes, every mark is reached and every transition taken. The first
 * seed may be given, so that each night tries others:
 * HOLDFAST_FIRST_SEED=$(date +%Y%m%d) npm run test:long
 */

// The default seeds alone take an hour and forty minutes on two cores that do nothing else.
vi.setConfig({ testTimeout: 12 * 3_600_000 });

const firstSeed = process.env['HOLDFAST_FIRST_SEED'] ?? '1';

test(`10,000 default seeds from ${firstSeed} on, and some of all others, pass and leave nothing out`, async () => {
  const runs = await passesSeeds('--nightly', '--seed', firstSeed);

  const ofDefault = runs.filter(({ scenario }) => scenario === defaultScenario.name);
  expect(ofDefault).toHaveLength(10_000);
});
