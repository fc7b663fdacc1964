import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { Batch } from '../../machines/protocol/inspection.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { serveApi } from '../../src/api/serve.ts';
import { LiveFeed } from '../../src/inspector/gateway/live-feed.ts';
import { InspectedWorld } from '../../src/inspector/model/world.ts';
import { pageDirectory } from '../../src/inspector/page/build.ts';
import { readRecording } from '../../src/inspector/recording/recorded-feed.ts';
import { type RunningInspector, serveInspector } from '../../src/processes/inspector-process.ts';
import { root } from '../../src/processes/root.ts';
import { withInspector } from '../../src/processes/served-inspector.ts';
import { operatorBus, operatorConfig } from '../../src/processes/watcher.ts';
import { openBrowser, openPage } from './support/browser.ts';
import { eventually } from '../real/support/eventually.ts';
import { World } from '../real/support/world.ts';

/** Real processes, a real browser, and the page between them. */

let world: World;
let inspector: RunningInspector;
let browser: Browser;
let page: Page;
let faults: string[];

/** A gateway of its own over the running system. */
async function serveGateway(hosted: boolean): Promise<RunningInspector> {
  const config = await operatorConfig({ config: null, directory: world.directory });
  const bus = await operatorBus(config, 'inspector', silentLog);
  const feed = new LiveFeed({ bus, clock, log: silentLog, sends: false });
  const gateway = await serveInspector({
    ...{ feed, pageDirectory: await pageDirectory(root), hosted, clock, log: silentLog },
    ...{ host: '127.0.0.1', port: 0, tokenFile: null },
  });
  const close = async () => {
    await gateway.close();
    await bus.close();
  };
  return { ...gateway, close };
}

beforeAll(async () => {
  world = await World.start({ agents: 3, restart: true });
  inspector = await serveGateway(false);
  browser = await openBrowser();
  ({ page, faults } = await openPage(browser));
});

afterAll(async () => {
  await browser.close();
  await inspector.close();
  await world.close();
});

/** A page takes this long to show what has happened on a busy machine. */
const shown = { timeout: 30_000 };

const held = (agent: string) =>
  page.locator(`[aria-label="Agent ${agent}"] .cell`).allTextContents();
const show = (hash: string) => page.evaluate(`location.hash = ${JSON.stringify(hash)}`);

test('a failover of real processes is seen from start to end in each view', async () => {
  const made = await world.create('shop');
  const before = await world.active(made.id);
  await page.goto(inspector.url);
  await expect.poll(() => held(before.agent), shown).toContain('shop');

  world.stack.agents.get(before.agent)?.kill('SIGKILL');
  await world.settles(made.id, 'another agent', ({ binding }) => {
    return binding !== null && binding.agent !== before.agent;
  });
  const after = await world.active(made.id);

  await expect.poll(() => held(after.agent), shown).toContain('shop');
  await show(`#/machine/load-balancer/${made.id}`);
  await page.locator('.is-active[data-state="bound.settled"]').waitFor(shown);
  await show(`#/sequence/load-balancer/${made.id}`);
  // It hears of the loss, or of its standby's claim, where that takes longer to start it than the head start lasts.
  await expect
    .poll(() => page.locator('.arrow-row').allInnerTexts(), shown)
    .toEqual(expect.arrayContaining([expect.stringMatching(/agent\.lost|claim/)]));
  await show('#/timeline');
  await expect
    .poll(() => page.locator('.entry').allInnerTexts(), shown)
    .toEqual(expect.arrayContaining([expect.stringContaining('rebinding')]));
  await show(`#/explain/load-balancer/${made.id}`);
  await expect.poll(() => page.locator('.where').innerText(), shown).toContain(after.agent);
  expect(faults).toEqual([]);
});

test('a killed controller is seen to be silent, and to be back', async () => {
  await page.goto(inspector.url);
  const silent = page.locator('.controller[data-silent]');
  await page.locator('.controller').waitFor(shown);
  await silent.waitFor({ state: 'detached', ...shown });

  world.stack.controller.kill('SIGSTOP');
  await silent.waitFor(shown);
  world.stack.controller.kill('SIGKILL');

  await silent.waitFor({ state: 'detached', ...shown });
  await expect.poll(() => page.locator('.cell').count(), shown).toBeGreaterThan(0);
  expect(faults).toEqual([]);
});

test('what the command line records replays to the states that the processes have', async () => {
  const file = join(world.directory, 'recording.ndjson');
  const child = spawn(
    process.execPath,
    ['src/setup/run.mjs', 'record', file, '--seconds', '4', '--directory', world.directory],
    { cwd: root, stdio: 'ignore' },
  );
  const [status] = (await once(child, 'exit')) as [number];

  const feed = await readRecording(file);
  const replayed = new InspectedWorld();
  feed.attach({
    batch: (_, text) => replayed.apply(Batch.parse(JSON.parse(text))),
    caughtUp: () => undefined,
    status: () => undefined,
  });

  expect(status).toBe(0);
  await eventually('all agents are in it', () => replayed.nodes.size === 4);
  const states = [...replayed.actors.values()].map(({ kind, state }) => `${kind} ${state}`);
  expect(states).toEqual(
    expect.arrayContaining(['load-balancer bound.settled', 'liveness alive', 'agent serving']),
  );
});

test('a controller serves the same page beside its API, where its configuration says so', async () => {
  const config = await operatorConfig({ config: null, directory: world.directory });
  const bus = await operatorBus(config, 'inspector', silentLog);
  const rules = { tap: true, serve: true, tokenFile: null, sends: false };
  const api = { fetch: () => new Response('the API') };
  const where = { host: '127.0.0.1', port: 0, clock };
  const both = await withInspector(api, {
    ...{ inspector: rules, api: where, bus, clock, log: silentLog },
  });
  const server = await serveApi(both.app, where, both.upgrade);
  onTestFinished(async () => {
    both.close();
    await server.close();
    await bus.close();
  });

  const url = `http://127.0.0.1:${server.port}`;
  await page.goto(`${url}/inspector`);

  await page.locator('.controller').waitFor(shown);
  expect(await (await fetch(`${url}/v2.0/lbaas/loadbalancers`)).text()).toBe('the API');
  expect(faults).toEqual([]);
});

test('the hosted Stately Inspector is told of every actor, once its page says that it is there', async () => {
  const bridged = await serveGateway(true);
  onTestFinished(() => bridged.close());
  // What the hosted page does, for want of the internet: it greets, and takes what it is told.
  const hosted = `<script>
    const told = [];
    addEventListener('message', ({ data }) => told.push(data));
    parent.postMessage({ type: '@statelyai.connected' }, '*');
  </script>`;
  await page.route('https://stately.ai/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: hosted }),
  );

  await page.goto(`${bridged.url}hosted`);

  const told = () =>
    page
      .frames()[1]!
      .evaluate<readonly string[]>(
        `told.filter(({ type }) => type === '@xstate.actor').map(({ name }) => name)`,
      );
  await expect
    .poll(told, shown)
    .toEqual(expect.arrayContaining([expect.stringContaining('agent-1')]));
  expect(faults).toEqual([]);
});
