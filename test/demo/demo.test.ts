import { expect, test } from 'vitest';
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
];

function lastLine(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

test(
  'the demo shows a takeover, ends with one line of JSON, and leaves nothing behind',
  async () => {
    await withDemo(['--json'], async (demo) => {
      const { status, stdout, stderr } = await demo.ended;

      expect(status).toBe(0);
      expect(stderr).toBe('');
      const outcome = lastLine(stdout);
      expect(Object.keys(outcome)).toEqual(keys);
      expect(outcome['ok']).toBe(true);
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
    await withDemo(['--agents', '1', '--json'], async (demo) => {
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
