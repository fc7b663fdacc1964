import { expect, test } from 'vitest';
import { namespaces } from '../support/vip/namespaces.ts';
import { demoTimeoutMs, withDemo } from './run-demo.ts';

const keys = [
  'ok',
  'agentBefore',
  'agentAfter',
  'epochBefore',
  'epochAfter',
  'detectMs',
  'reboundMs',
  'trafficGapMs',
  'failedRequests',
  'totalRequests',
  'cameHomeClean',
  'drainFailedRequests',
];

function lastLine(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

test(
  'with all agents on one host the demo shows a takeover, a return and a drain, and leaves nothing behind',
  async () => {
    await withDemo(['--one-host', '--json'], async (demo) => {
      const { status, stdout, stderr } = await demo.ended;

      expect(status).toBe(0);
      expect(stderr).toBe('');
      const outcome = lastLine(stdout);
      expect(Object.keys(outcome)).toEqual(keys);
      expect(outcome).toMatchObject({ ok: true, cameHomeClean: true, drainFailedRequests: 0 });
      expect(new Set([outcome['agentBefore'], outcome['agentAfter']])).toEqual(
        new Set(['agent-1', 'agent-2']),
      );
      expect(outcome['epochAfter']).toBeGreaterThan(outcome['epochBefore'] as number);
      for (const key of ['detectMs', 'reboundMs', 'trafficGapMs']) {
        expect(outcome[key]).toBeGreaterThan(0);
      }
      expect(outcome['totalRequests']).toBeGreaterThan(outcome['failedRequests'] as number);
      expect(stdout).toContain('This was a takeover between two agents of one host');
      expect(stdout).toContain('is served as desired');
    });
  },
  demoTimeoutMs,
);

test(
  'with one agent it shows the load balancer waiting, and why, and fails',
  async () => {
    await withDemo(['--one-host', '--agents', '1', '--json'], async (demo) => {
      const { status, stdout } = await demo.ended;

      expect(status).toBe(1);
      const outcome = lastLine(stdout);
      expect(Object.keys(outcome)).toEqual(keys);
      expect(outcome).toMatchObject({
        ok: false,
        agentBefore: 'agent-1',
        agentAfter: null,
        epochAfter: null,
        reboundMs: null,
        trafficGapMs: null,
      });
      expect(outcome['failedRequests']).toBeGreaterThan(0);
      expect(stdout).toContain('has lost its agent and waits for one that may take it');
      expect(stdout).toMatch(/not +agent-1: it is dead/);
      expect(stdout).toContain('Nobody could take the load balancer over; it waits');
    });
  },
  demoTimeoutMs,
);

test.skipIf(namespaces.why !== null)(
  namespaces.why ?? 'with a host for each agent the demo shows an address that moves',
  async () => {
    await withDemo(['--json'], async (demo) => {
      const { status, stdout, stderr } = await demo.ended;

      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(lastLine(stdout)).toMatchObject({
        ok: true,
        cameHomeClean: true,
        drainFailedRequests: 0,
      });
      expect(stdout).toContain('Each agent has a host of its own');
      expect(stdout).toContain('This was a takeover between hosts');
    });
  },
  demoTimeoutMs,
);
