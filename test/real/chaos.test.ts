import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { runChaos } from '../../simulator/chaos/run.ts';
import { short } from '../../simulator/chaos/scenarios/short.ts';
import { servingProcesses } from '../../src/demo/serving-processes.ts';
import { namespaces } from '../support/vip/namespaces.ts';

const ofThisRun = `hfc${process.pid}-`;

describe.skipIf(namespaces.why !== null)(namespaces.why ?? 'chaos on real processes', () => {
  test(
    'an agent and a controller are killed: nothing is lost, no request fails, and nothing is left of the run',
    { timeout: 240_000 },
    async () => {
      const result = await runChaos({
        scenario: short,
        preset: 'lan',
        shorten: 1,
        log: null,
        signal: new AbortController().signal,
      });

      expect(result.violations).toEqual([]);
      expect(result).toMatchObject({ ok: true, figures: { failed: 0, lost: 0, doubleServed: 0 } });
      expect(result.figures.rebindMs.count).toBeGreaterThan(0);
      expect(result.figures.requests).toBeGreaterThan(0);
      expect(result.report.faults.map(({ kind }) => kind)).toEqual([
        'agent-killed',
        'controller-killed',
      ]);
      const left = (await readdir(tmpdir())).filter((name) => name.startsWith(ofThisRun));
      expect(left).toEqual([]);
      expect(await servingProcesses(ofThisRun)).toEqual([]);
    },
  );
});
