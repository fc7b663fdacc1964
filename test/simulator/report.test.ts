import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../simulator/cli/command.ts';
import type { ReportData } from '../../simulator/report/data.ts';
import { reportPage } from '../../simulator/report/page.ts';
import { simulate } from '../../simulator/simulate.ts';
import { agentCrashScenario } from '../../simulator/scenarios/agent-crash.ts';
import { losesRecords } from '../../simulator/planted/stores.ts';

/** The page that the command writes, and the data in it. */
async function report(words: readonly string[], parts = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-report-'));
  try {
    const file = join(folder, 'run.html');
    const hooks = { write: () => undefined, parts };
    const scenario = words.includes('--scenario') ? [] : ['--scenario', 'agent-crash'];
    const all = [...scenario, ...words, '--report', file];
    const status = await runCommand(all, hooks);
    const html = await readFile(file, 'utf8');
    const json = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1];
    return { status, html, data: JSON.parse(json ?? 'null') as ReportData };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('a report', () => {
  test('has a row for each controller, each agent, NATS, each device, each load balancer', async () => {
    const { html, data } = await report(['--seed', '3', '--controllers', '2', '--agents', '4']);
    const rows = [...html.matchAll(/data-row="([^"]+)"/g)].map(([, row]) => row);
    expect(rows).toEqual([
      'controller-1',
      'controller-2',
      'agent-1',
      'agent-2',
      'agent-3',
      'agent-4',
      'store',
      ...data.loadBalancers.map(({ id }) => id),
      'device appliance',
    ]);
    expect(data.loadBalancers).toHaveLength(6);
  });

  test('shows the faults of the plan, as long as they last', async () => {
    const { data } = await report(['--seed', '3', '--controllers', '1']);
    const planned: { kind: string; target: string; forMs: number | null }[] = [];
    await simulate({
      seed: 3,
      scenario: agentCrashScenario,
      agents: 3,
      controllers: 1,
      loadBalancers: 6,
      onPlan: ({ faults }) => planned.push(...faults),
    });
    const shown = data.faults.map(({ kind, row, fromMs, toMs }) => ({
      kind,
      target: row,
      forMs: Math.round(toMs - fromMs),
    }));
    const expected = planned.map(({ kind, target, forMs }) => ({
      kind,
      target,
      forMs: Math.round(forMs ?? -1),
    }));
    expect(shown).toHaveLength(expected.length);
    expect(shown).toEqual(expect.arrayContaining(expected));
  });

  test.each([
    ['host-dies', 'host-1'],
    ['nats-restart', 'network'],
    ['nats-leader-lost', 'store'],
    ['slow-device', 'device'],
    ['delete-under-fire', 'agent-1'],
  ])('has a row for each fault of %s', async (scenario, row) => {
    const { html, data } = await report(['--scenario', scenario, '--seed', '3']);
    const rows = [...html.matchAll(/data-row="([^"]+)"/g)].map(([, id]) => id);
    expect(rows).toEqual(expect.arrayContaining([row, ...data.faults.map((each) => each.row)]));
  });

  test('has bars without gaps for bindings, whose epochs never decrease, and a mark for each apply', async () => {
    const { data } = await report(['--seed', '4', '--controllers', '1']);
    expect(data.device.some(({ kind }) => kind === 'applied')).toBe(true);
    for (const { spans } of data.loadBalancers) {
      expect(spans.length).toBeGreaterThan(0);
      for (const [index, span] of spans.entries()) {
        expect(span.toMs).toBeGreaterThanOrEqual(span.fromMs);
        const next = spans[index + 1];
        if (next === undefined) continue;
        expect(next.fromMs).toBe(span.toMs);
        if (next.epoch !== null) expect(next.epoch).toBeGreaterThanOrEqual(span.epoch ?? 0);
      }
    }
  });

  test('marks a violation and the load balancer that it is about', async () => {
    const words = ['--seed', '2', '--controllers', '1'];
    const { status, html, data } = await report(words, { stores: losesRecords });
    expect(status).toBe(1);
    expect(data.violations[0]).toMatchObject({ checker: 'no-load-balancer-lost' });
    expect(html).toContain('<u class="violation"');
    const id = data.violations[0]?.loadBalancer ?? 'none';
    expect(html).toContain(`class="row lb violated" data-row="${id}"`);
  });

  test('needs nothing from anywhere else', async () => {
    const { html } = await report(['--seed', '1', '--controllers', '1']);
    expect(html).not.toMatch(/https?:|\bsrc=|\bhref=|@import|url\(|<link|<img|<iframe/);
    expect(html).not.toMatch(/fetch\(|XMLHttpRequest|WebSocket|import\(/);
  });

  test('shows how many shards each controller owns', async () => {
    const { data } = await report(['--seed', '3', '--controllers', '2']);
    const controllers = data.processes.filter(({ role }) => role === 'controller');
    const last = controllers.map(({ shards }) => shards.at(-1)?.count ?? 0);
    expect(last.reduce((sum, count) => sum + count, 0)).toBe(8);
    expect(Math.min(...last)).toBeGreaterThan(0);
  });

  test('shows when a load balancer was served, and when by nobody', async () => {
    const { html, data } = await report(['--scenario', 'host-dies', '--seed', '3']);
    const orphaned = data.loadBalancers.filter(({ spans }) => spans.at(-1)?.state === 'orphaned');
    expect(orphaned.length).toBeGreaterThan(0);
    for (const { served } of orphaned) {
      expect(served.map(({ count }) => count)).toEqual([1, 0]);
      expect(served.at(-1)?.toMs).toBe(data.endMs);
    }
    const others = data.loadBalancers.filter((each) => !orphaned.includes(each));
    for (const { served } of others) expect(served.at(-1)?.count).toBe(1);
    expect(html).toContain('class="service unserved"');
  });

  test('holds fifty load balancers', async () => {
    const words = ['--seed', '3', '--controllers', '1', '--load-balancers', '50'];
    const { html, data } = await report(words);
    expect(data.loadBalancers).toHaveLength(50);
    expect(html).toContain('<span>50 load balancers</span>');
    expect(html.length).toBeLessThan(1_000_000);
  });
});

test('text from a run can not become markup', () => {
  const nasty = '</script><b>"&';
  const html = reportPage({
    scenario: nasty,
    summary: nasty,
    promise: nasty,
    seed: 1,
    ok: false,
    endMs: 1_000,
    healedMs: null,
    rebinds: 0,
    figures: {},
    hash: '',
    writes: [],
    processes: [],
    faults: [{ kind: nasty, summary: nasty, row: 'store', detail: nasty, fromMs: 1, toMs: 2 }],
    device: [],
    loadBalancers: [],
    violations: [{ atMs: 5, checker: nasty, message: nasty, loadBalancer: '', events: [nasty] }],
  });
  expect(html).not.toContain(nasty);
  expect(html.match(/<\/script>/g)).toHaveLength(2);
});
