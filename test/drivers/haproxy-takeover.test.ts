import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { FencedError, RetryableError, UnknownOutcomeError } from '../../drivers/contract/errors.ts';
import { readMarker } from '../../drivers/haproxy/marker-file.ts';
import { isAlive, lockHolders } from '../../drivers/haproxy/proc.ts';
import { takeLock } from '../../drivers/haproxy/lock.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { agentAtGate, gatedHaproxy } from './support/agent-process.ts';
import { eventually } from './support/eventually.ts';
import { vip } from './support/haproxy-host.ts';
import { get, startLoad } from './support/traffic.ts';
import { targetOf, web, world } from './support/world.ts';

/** Two versions of one load balancer, which tell apart who serves. */
async function twoVersions() {
  const there = await world();
  const port = await there.freePort();
  const [old, next] = [await there.backend('old'), await there.backend('next')];
  const before = web(port, [old]).document;
  const after = web(port, [next], { id: before.id }).document;
  return { ...there, port, before, after, site: there.host.site(before.id) };
}

describe('another agent of the host takes over', () => {
  test('while the old one still answers, nobody notices', async () => {
    const { host, port, before, site } = await twoVersions();
    const [old, next] = [await host.driver('old'), await host.driver('next')];
    await old.apply(targetOf(before, 1, 1));
    const serving = host.process(before.id);
    const load = startLoad(vip, port);

    await next.apply(targetOf(before, 2, 1));
    await expect(old.apply(targetOf(before, 1, 1))).rejects.toBeInstanceOf(FencedError);
    const served = load.served();
    await eventually('clients are served after the takeover', () => load.served() > served + 20);

    expect(await load.stop()).toEqual({});
    expect(site.running()).toEqual(serving);
  });

  test('with another content, nobody is refused either', async () => {
    const { host, port, before, after } = await twoVersions();
    const [old, next] = [await host.driver('old'), await host.driver('next')];
    await old.apply(targetOf(before, 1, 1));
    const load = startLoad(vip, port);

    await next.apply(targetOf(after, 2, 2));
    const served = load.served();
    await eventually('clients are served after the takeover', () => load.served() > served + 20);

    expect(await load.stop()).toEqual({});
    expect(await get(vip, port)).toMatchObject({ body: 'next' });
  });

  test('while the old HAProxy is stopped', async () => {
    const { host, port, before, after, site } = await twoVersions();
    const [old, next] = [await host.driver('old'), await host.driver('next')];
    await old.apply(targetOf(before, 1, 1));
    process.kill(host.process(before.id).pid, 'SIGSTOP');

    await next.apply(targetOf(after, 2, 2));

    expect(await get(vip, port)).toMatchObject({ body: 'next' });
    expect(site.allProcesses()).toEqual([host.process(before.id)]);
  });

  test('the stale agent serves nothing afterwards, whatever it tries', async () => {
    const { host, port, before, after, site } = await twoVersions();
    const [old, next] = [await host.driver('old'), await host.driver('next')];
    await old.apply(targetOf(before, 1, 1));
    await next.apply(targetOf(after, 2, 2));
    const serving = host.process(before.id);

    for (const generation of [1, 2, 3]) {
      await expect(old.apply(targetOf(before, 1, generation))).rejects.toMatchObject({
        marker: { epoch: 2, generation: 2, removed: false },
      });
    }
    await expect(old.remove(targetOf(before, 1, 3))).rejects.toBeInstanceOf(FencedError);

    expect(site.running()).toEqual(serving);
    expect(await get(vip, port)).toMatchObject({ body: 'next' });
  });
});

describe('an agent that dies or hangs in the middle of a change', () => {
  test('killed: its change ends under the lock, then the successor comes', async () => {
    const { host, port, before, after, site } = await twoVersions();
    const gate = await gatedHaproxy(host);
    const child = await agentAtGate(host, gate, targetOf(before, 1, 1));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const next = await host.driver('next');
    let taken = false;

    const takeover = next.apply(targetOf(after, 2, 2)).then(() => (taken = true));
    await eventually(
      'the start under way holds the lock',
      () => lockHolders(site.lockPath).length === 1,
    );
    expect(taken).toBe(false);
    await gate.open();
    await takeover;

    expect(await get(vip, port)).toMatchObject({ body: 'next' });
    await eventually('only the successor runs', () => site.allProcesses().length === 1);
    expect(await next.observe(before.id)).toMatchObject({
      marker: { epoch: 2, generation: 2 },
      running: true,
    });
  });

  test('stopped with the lock in its hands: it is ended, with what it started', async () => {
    const { host, port, before, after, site } = await twoVersions();
    const gate = await gatedHaproxy(host);
    const child = await agentAtGate(host, gate, targetOf(before, 1, 1));
    const exited = once(child, 'exit');
    const startedByIt = site.allProcesses();
    child.kill('SIGSTOP');
    const next = await host.driver('next', { lockWaitMs: 300 });

    await next.apply(targetOf(after, 2, 2));

    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(startedByIt.length).toBeGreaterThan(0);
    expect(startedByIt.filter(isAlive)).toEqual([]);
    await gate.open();
    expect(await get(vip, port)).toMatchObject({ body: 'next' });
    expect(site.allProcesses()).toEqual([host.process(before.id)]);
  });

  test('alive with the lock in its hands: it is waited for, and left alone', async () => {
    const { host, before, after } = await twoVersions();
    const gate = await gatedHaproxy(host);
    const child = await agentAtGate(host, gate, targetOf(before, 1, 1));
    const exited = once(child, 'exit');
    const next = await host.driver('next', { lockWaitMs: 50 });

    const takeover = next.apply(targetOf(after, 2, 2));
    const since = performance.now();
    await eventually('the wait has outlasted lockWaitMs', () => performance.now() - since > 100);
    await gate.open();

    expect(await exited).toEqual([0, null]);
    expect(await takeover).toMatchObject({ marker: { epoch: 2 }, contentApplied: true });
  });

  test('between the start and its note: what runs is known by the process itself', async () => {
    const { host, port, before, after, site } = await twoVersions();
    const driver = await host.driver();
    await driver.apply(targetOf(before, 1, 1));
    const claimed = await readFile(site.markerPath, 'utf8');
    await driver.apply(targetOf(after, 1, 2));
    // The disk as it was when only the claim had been written.
    await writeFile(site.markerPath, claimed);

    expect((await driver.observe(before.id))?.marker).toMatchObject({ epoch: 1, generation: 2 });
    const late = await driver.apply(targetOf(before, 2, 1));

    expect(late).toMatchObject({ contentApplied: false, marker: { epoch: 2, generation: 2 } });
    expect(await get(vip, port)).toMatchObject({ body: 'next' });
    expect(await readMarker(site)).toMatchObject({ epoch: 2, generation: 2 });
  });

  test('after the start of the new, before the end of the old: the old is ended later', async () => {
    const { host, port, freePort, before, site } = await twoVersions();
    const moved = async () => web(await freePort(), [], { id: before.id }).document;
    const driver = await host.driver();
    await driver.apply(targetOf(before, 1, 1));
    const old = host.process(before.id);
    const stored = (await readMarker(site))!;
    // Without its pid file the old process stays beside the new one, as where an agent died just
    // before it could end it; the marker says so.
    await rm(site.pidPath);
    await driver.apply(targetOf(await moved(), 1, 2));
    const replacing = { pid: old.pid, startTime: old.startTime };
    await writeFile(site.markerPath, JSON.stringify({ ...stored, replacing }));
    expect(site.allProcesses()).toHaveLength(2);
    expect(await get(vip, port)).toMatchObject({ body: 'old' });

    await (await host.driver('successor')).apply(targetOf(await moved(), 2, 3));

    await eventually('the old process has ended', () => !isAlive(old));
    await expect(get(vip, port)).rejects.toThrow(/ECONNREFUSED/);
    expect(host.process(before.id).generation).toBe(3);
  });

  test('a start that never ends is given up, with an unknown outcome', async () => {
    const { host, before, site } = await twoVersions();
    const gate = await gatedHaproxy(host);
    const driver = await host.driver('agent', { binary: gate.binary, startTimeoutMs: 300 });

    await expect(driver.apply(targetOf(before))).rejects.toBeInstanceOf(UnknownOutcomeError);

    await eventually('what was started has ended', () => site.allProcesses().length === 0);
    expect(await driver.observe(before.id)).toMatchObject({
      marker: { epoch: 1, generation: 0 },
      running: false,
    });
  });

  test('a lock that this very process holds is never taken by force', async () => {
    const { host, before, site } = await twoVersions();
    await (await host.driver()).apply(targetOf(before));
    const options = { clock: systemClock, log: silentLog, lockWaitMs: 50, operationMostMs: 50 };
    const held = await takeLock(site.lockPath, options);

    await expect(takeLock(site.lockPath, options)).rejects.toBeInstanceOf(RetryableError);

    await held.release();
    const again = await takeLock(site.lockPath, options);
    await again.release();
  });

  test('HAProxy does not inherit the lock', async () => {
    const { host, before, site } = await twoVersions();
    await (await host.driver()).apply(targetOf(before));

    expect(lockHolders(site.lockPath)).toEqual([]);
  });
});
