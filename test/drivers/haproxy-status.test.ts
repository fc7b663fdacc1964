import { describe, expect, test } from 'vitest';
import { observedListeners } from '../../drivers/haproxy/observation.ts';
import { backendName } from '../../drivers/haproxy/render/services.ts';
import { parseShowStat, type StatRow } from '../../drivers/haproxy/show-stat.ts';
import { operatingReport } from '../../machines/health/operating.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import { healthMonitor, member } from '../fixtures/documents.ts';
import { eventually } from './support/eventually.ts';
import { vip } from './support/haproxy-host.ts';
import { get } from './support/traffic.ts';
import { targetOf, web, world } from './support/world.ts';

describe('operating statuses, read back from a running HAProxy', () => {
  test('follow the health of the members', async () => {
    const { host, backend, freePort } = await world();
    const [good, sick] = [await backend('good'), await backend('sick')];
    const port = await freePort();
    const { document, pool, listener, members } = web(port, [good, sick], {
      pool: { healthmonitor: healthMonitor({ url_path: '/health', expected_codes: '200-204' }) },
    });
    const driver = await host.driver('agent', { statusPollMs: 50 });
    const applied = await driver.apply(targetOf(document));
    const told: OperatingReport[] = [];
    driver.health?.watch(document.id, (operating) => told.push(operating));
    const latest = () => told.at(-1) ?? applied.operating;
    const statuses = () => ({
      loadBalancer: latest().loadBalancer,
      listener: latest().listeners[listener.id],
      pool: latest().pools[pool.id],
      members: members.map(({ id }) => latest().members[id]),
    });

    expect(statuses()).toEqual({
      loadBalancer: 'ONLINE',
      listener: 'ONLINE',
      pool: 'ONLINE',
      members: ['ONLINE', 'ONLINE'],
    });

    sick.answerWith(500);
    await eventually('one member is in error', () => latest().pools[pool.id] === 'DEGRADED');
    expect(statuses()).toMatchObject({ loadBalancer: 'DEGRADED', members: ['ONLINE', 'ERROR'] });

    good.answerWith(503);
    await eventually('all members are in error', () => latest().pools[pool.id] === 'ERROR');
    expect(statuses()).toMatchObject({ loadBalancer: 'ERROR', listener: 'ONLINE' });
    expect(await get(vip, port)).toMatchObject({ status: 503 });

    good.answerWith(204);
    sick.answerWith(200);
    await eventually('all members are well', () => latest().loadBalancer === 'ONLINE');
    expect(statuses().members).toEqual(['ONLINE', 'ONLINE']);
    expect(new Set(told.map((report) => JSON.stringify(report))).size).toBeGreaterThan(2);
    expect(good.requests.map(({ url }) => url)).toContain('/health');
  });

  test('a TCP check only needs a port that opens, on the monitor address and port', async () => {
    const { host, backend, freePort } = await world();
    const server = await backend('one');
    const { document, members } = web(await freePort(), [server, server, server], {
      pool: { healthmonitor: healthMonitor({ type: 'TCP' }) },
    });
    const closed = await freePort();
    Object.assign(members[1]!, { monitor_port: closed });
    Object.assign(members[2]!, { monitor_port: closed, monitor_address: vip });
    server.answerWith(500);
    const driver = await host.driver();

    await driver.apply(targetOf(document));

    const statuses = async () =>
      members.map(async ({ id }) => (await driver.observe(document.id))?.operating.members[id]);
    await eventually('the checks are through', async () => {
      const found = await Promise.all(await statuses());
      return found.join() === 'ONLINE,ERROR,ERROR';
    });
  });

  test('the check sends the path, the version and the host that it is given', async () => {
    const { host, backend, freePort } = await world();
    const server = await backend('one');
    const url_path = `/a'b"c#d$HOME\\e%[env(PATH)];{}`;
    const { document } = web(await freePort(), [server], {
      pool: {
        healthmonitor: healthMonitor({
          url_path,
          http_method: 'OPTIONS',
          http_version: 1.1,
          domain_name: 'www.example.org',
        }),
      },
    });

    await (await host.driver()).apply(targetOf(document));

    await eventually('a check arrives', () => server.requests.length > 0);
    expect(server.requests[0]?.url).toBe(url_path);
    expect(server.requests[0]?.headers.host).toBe('www.example.org');
  });

  test('what nothing serves is in error', async () => {
    const { host, backend, freePort } = await world();
    const { document, listener, pool } = web(await freePort(), [await backend('one')]);
    const driver = await host.driver();
    await driver.apply(targetOf(document));

    process.kill(host.process(document.id).pid, 'SIGKILL');
    await eventually('the process is gone', () => host.site(document.id).running() === null);

    const observed = await driver.observe(document.id);
    expect(observed?.running).toBe(false);
    expect(observed?.operating.loadBalancer).toBe('ERROR');
    expect(observed?.operating.listeners[listener.id]).toBe('ERROR');
    expect(observed?.operating.pools[pool.id]).toBe('OFFLINE');
  });
});

describe("operating statuses by Octavia's rules", () => {
  const { document, listener, pool, members } = web(80, [], {
    pool: {
      healthmonitor: healthMonitor(),
      members: [member(), member({ weight: 0 }), member({ admin_state_up: false })],
    },
  });
  const [plain, drained, disabled] = pool.members;
  void members;
  const counters = { scur: 0, stot: 0, bin: 0, bout: 0, ereq: 0 };
  const backend = backendName(pool, listener);
  const rows = (statuses: Record<string, string>): StatRow[] => [
    { proxy: listener.id, name: 'FRONTEND', status: statuses['front'] ?? 'OPEN', counters },
    ...[plain, drained, disabled].map((each, index) => ({
      proxy: backend,
      name: each!.id,
      status: statuses[String(index)] ?? 'UP',
      counters,
    })),
    { proxy: backend, name: 'BACKEND', status: statuses['back'] ?? 'UP', counters },
  ];
  const reportOf = (of: LoadBalancerDocument, statistics: readonly StatRow[]) =>
    operatingReport(of, observedListeners(of, statistics));

  test('a member drains by its weight, and is offline where it is disabled', () => {
    const report = reportOf(document, rows({ 1: 'DRAIN', 2: 'MAINT' }));
    expect(report.members).toEqual({
      [plain!.id]: 'ONLINE',
      [drained!.id]: 'DRAINING',
      [disabled!.id]: 'OFFLINE',
    });
    expect(report).toMatchObject({ loadBalancer: 'ONLINE', pools: { [pool.id]: 'ONLINE' } });
  });

  test.each(['DOWN', 'DOWN 1/2'])('a member that is %s degrades its pool', (status) => {
    const report = reportOf(document, rows({ 0: status }));
    expect(report.members[plain!.id]).toBe('ERROR');
    expect(report.pools[pool.id]).toBe('DEGRADED');
    expect(report.loadBalancer).toBe('DEGRADED');
  });

  test('a full listener is degraded, and so is its load balancer', () => {
    const report = reportOf(document, rows({ front: 'FULL' }));
    expect(report.listeners[listener.id]).toBe('DEGRADED');
    expect(report.loadBalancer).toBe('DEGRADED');
  });

  test('a pool in error outweighs a full listener', () => {
    const report = reportOf(document, rows({ front: 'FULL', back: 'DOWN', 0: 'DOWN' }));
    expect(report.pools[pool.id]).toBe('ERROR');
    expect(report.loadBalancer).toBe('ERROR');
  });

  test('without a monitor nobody knows', () => {
    const unmonitored = { ...document, pools: [{ ...pool, healthmonitor: null }] };
    const report = reportOf(unmonitored, rows({ 0: 'no check' }));
    expect(report.members[plain!.id]).toBe('NO_MONITOR');
  });

  test('of two listeners that share a pool the worse view counts', () => {
    const second = { ...listener, id: '11111111-2222-4333-8444-555555555555' };
    const shared = { ...document, listeners: [listener, second] };
    const both = [
      ...rows({}),
      ...rows({ 0: 'DOWN' }).map((row) => ({
        ...row,
        proxy: row.proxy.replace(listener.id, second.id),
      })),
    ];
    const report = reportOf(shared, both);
    expect(report.members[plain!.id]).toBe('ERROR');
    expect(report.pools[pool.id]).toBe('DEGRADED');
  });

  test('a disabled load balancer is offline with all that it has', () => {
    const report = reportOf({ ...document, admin_state_up: false }, []);
    expect(new Set(Object.values({ ...report.listeners, ...report.pools }))).toEqual(
      new Set(['OFFLINE']),
    );
    expect(report.loadBalancer).toBe('OFFLINE');
  });
});

describe("HAProxy's statistics", () => {
  const header = '# svname,extra,pxname,status,scur,stot,bin,bout,ereq,last_chk,';

  test('are read by the names of their columns', () => {
    const csv = `${header}\nFRONTEND,7,a,OPEN,1,2,3,4,,,\n\n`;
    const counters = { scur: 1, stot: 2, bin: 3, bout: 4, ereq: 0 };
    expect(parseShowStat(csv)).toEqual([
      { proxy: 'a', name: 'FRONTEND', status: 'OPEN', counters },
    ]);
  });

  test('may quote what a server said, with commas, quotes and ends of lines in it', () => {
    const said = '"L7STS: ""x"", FRONTEND,7,b\nFRONTEND,7,c,OPEN,9,9,9,9,9,"';
    const csv = `${header}\none,,a,DOWN,0,1,2,3,,${said},\ntwo,,a,UP,0,0,0,0,,,\n\n`;
    expect(parseShowStat(csv).map(({ name, status }) => [name, status])).toEqual([
      ['one', 'DOWN'],
      ['two', 'UP'],
    ]);
  });

  test.each(['-1', 'x', '1.5', '99999999999999999999'])('have no counter of %s', (cell) => {
    const csv = `${header}\nFRONTEND,7,a,OPEN,1,${cell},3,4,0,,\n`;
    expect(() => parseShowStat(csv)).toThrow(`column stot of HAProxy's statistics holds "${cell}"`);
  });

  test('are refused where they are none', () => {
    expect(() => parseShowStat('Unknown command')).toThrow(/no column pxname/);
  });
});
