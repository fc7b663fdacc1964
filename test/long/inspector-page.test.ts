import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { framesKeptMax } from '../../src/inspector/model/history.ts';
import { pageDirectory } from '../../src/inspector/page/build.ts';
import { openBrowser, openPage } from '../inspector/support/browser.ts';
import {
  diesAtMs,
  failoverBatches,
  hostileName,
  loadBalancers,
  recordingText,
} from '../inspector/support/failover.ts';
import { PageServer } from '../inspector/support/page-server.ts';
import { Throng } from '../inspector/support/throng.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const shop = loadBalancers[0]!.id;

let browser: Browser;
let server: PageServer;
let page: Page;
let faults: string[];

beforeAll(async () => {
  server = new PageServer(await pageDirectory(root));
  server.files.set('one.ndjson', recordingText({ violation: true }));
  server.files.set('hostile.ndjson', recordingText({ hostile: true }));
  server.files.set('bad.ndjson', `${recordingText().split('\n', 4).join('\n')}\n{"version":1}\n`);
  await server.start();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await server.stop();
});

beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
  return () => page.context().close();
});

/** Run in the page: how many frames it draws in ten seconds. */
const framesInTenSeconds = `new Promise((resolve) => {
  let frames = 0;
  const end = performance.now() + 10_000;
  const frame = () => {
    frames += 1;
    if (performance.now() < end) requestAnimationFrame(frame);
    else resolve(frames);
  };
  requestAnimationFrame(frame);
})`;

/** How much of what was shown has jumped to another place since the page was opened: of 1, which is all of it. */
const jumped = `new Promise((resolve) => {
  const shifts = [];
  const observer = new PerformanceObserver((list) => shifts.push(...list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  const sources = ({ value, sources }) => ({ value, nodes: sources.map(({ node }) => node?.className ?? '') });
  requestAnimationFrame(() => setTimeout(() => resolve(shifts.map(sources)), 0));
})`;

/** Goes to the first moment after this one at which something happened. */
async function seek(atMs: number): Promise<void> {
  const batches = failoverBatches({ violation: true });
  const [from, to] = [batches[0]!.atMs, batches.at(-1)!.atMs];
  const box = (await page.locator('.transport .overview').boundingBox())!;
  await page.mouse.click(box.x + (box.width * (atMs - from)) / (to - from), box.y + 20);
}

const held = (agent: string) =>
  page.locator(`[aria-label="Agent ${agent}"] .cell`).allTextContents();
const show = (hash: string) => page.evaluate(`location.hash = ${JSON.stringify(hash)}`);

describe('a recording', () => {
  test('shows a failover in each view, under the strictest policy', async () => {
    await page.goto(`${server.url}?recording=one.ndjson`);
    await seek(diesAtMs - 300);
    await expect.poll(() => held('agent-1')).toContain('shop');
    await seek(5_700);
    await expect.poll(() => held('agent-1')).toEqual(['legacy']);
    expect(await held('agent-2')).toContain('shop');
    await expect
      .poll(() => page.locator('.rail-list').innerText())
      .toContain('nobody serves there');

    await show(`#/machine/load-balancer/${shop}`);
    await page.locator('.is-active[data-state="bound.settled"]').waitFor();
    await page
      .locator('.edge.is-taken[data-source="rebinding"][data-target="bound.settled"]')
      .waitFor({ state: 'attached' });

    await show(`#/sequence/load-balancer/${shop}`);
    await expect
      .poll(() => page.locator('.arrow-row').allInnerTexts())
      .toEqual(expect.arrayContaining([expect.stringContaining('agent.lost')]));
    await show('#/timeline');
    await page.locator('.entry[data-kind="fault"]').first().waitFor();
    await show(`#/explain/load-balancer/${loadBalancers[10]!.id}`);
    await expect.poll(() => page.locator('.where').innerText()).toContain('nobody holds it now');
    await seek(9_000);
    await show(`#/explain/load-balancer/${loadBalancers[7]!.id}`);
    // Until 37.1 s of virtual time, whatever the browser's clock says.
    await expect.poll(() => page.locator('.countdown').last().innerText()).toBe('in 28 s');
    expect(faults).toEqual([]);
  });

  test('stops at its violation, and goes on from there step by step', async () => {
    await page.goto(`${server.url}?recording=one.ndjson`);
    await seek(9_900);
    await page.keyboard.press(' ');
    await page.getByRole('alert').filter({ hasText: 'one-holder' }).waitFor();
    const moment = () => page.locator('.now time').innerText();
    await expect.poll(moment).toBe('0:10.200');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(moment).not.toBe('0:10.200');
    await page.keyboard.press('v');
    await expect.poll(moment).toBe('0:10.200');
  });

  test('may hold names that would run as script, and they are only shown', async () => {
    await page.goto(`${server.url}?recording=hostile.ndjson`);
    await seek(5_700);
    for (const view of ['fleet', 'machine', 'sequence', 'timeline', 'explain']) {
      await show(`#/${view}/load-balancer/${shop}`);
      await expect.poll(() => page.locator('main').innerText()).toContain(hostileName.slice(0, 8));
    }
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate(() => 'hostile' in globalThis)).toBe(false);
    expect(faults).toEqual([]);
  });

  test('that is broken is refused with its line, and another one can be opened instead', async () => {
    await page.goto(`${server.url}?recording=bad.ndjson`);
    await expect
      .poll(() => page.locator('.notice').innerText())
      .toContain('line 5 is no batch of frames');
    const buffer = Buffer.from(recordingText());
    await page
      .locator('.notice input[type=file]')
      .setInputFiles({ name: 'good.ndjson', mimeType: '', buffer });
    await expect.poll(() => page.getByRole('status').innerText()).toBe('Recording');
  });
});

describe('what is live', () => {
  beforeEach(() => {
    const batches = failoverBatches().map((batch) => ({ type: 'batch' as const, batch }));
    server.greeting = [
      { type: 'hello', sends: true, recording: null },
      ...batches,
      { type: 'caught up' },
    ];
    server.heard.length = 0;
  });

  test('is connected to again when the gateway is back, with the token of the address', async () => {
    await page.goto(`${server.url}#token=secret`);
    await expect.poll(() => page.locator('.status').innerText()).toBe('Live');
    expect(server.tokens.at(-1)).toBe('secret');
    expect(page.url()).not.toContain('secret');
    await server.stop();
    await page.getByRole('alert').filter({ hasText: 'Disconnected since' }).waitFor();
    expect(await held('agent-2')).toContain('shop');
    await server.start();
    await expect.poll(() => page.locator('.status').innerText(), { timeout: 20_000 }).toBe('Live');
    expect(await held('agent-2')).toContain('shop');
    expect(faults).toEqual([]);
  });

  test('jumps to no other place when the connection is lost, and when all is told again', async () => {
    await page.goto(server.url);
    await expect.poll(() => held('agent-2')).toContain('shop');
    const before = await page.evaluate<readonly object[]>(jumped);

    await server.stop();
    await page.getByRole('alert').filter({ hasText: 'Disconnected since' }).waitFor();
    const [hello, ...rest] = server.greeting;
    server.greeting = [hello!];
    await server.start();
    await expect.poll(() => page.locator('.status').innerText(), { timeout: 20_000 }).toBe('Live');
    const meanwhile = await held('agent-2');
    for (const message of rest) server.say(message);
    await page.evaluate('new Promise(requestAnimationFrame)');

    expect(meanwhile).toContain('shop');
    expect(await held('agent-2')).toEqual(meanwhile);
    expect(await page.evaluate(jumped)).toEqual(before);
  });

  test('takes an event by hand once it is confirmed, and tells what came of it', async () => {
    server.answer = ({ number }) => ({ type: 'sent', number, refused: 'it is not its turn' });
    await page.goto(`${server.url}#token=t`);
    await expect.poll(() => page.locator('.status').innerText()).toBe('Live');
    await show(`#/machine/load-balancer/${shop}`);
    await page.getByRole('button', { name: 'Send an event…' }).click();
    await page.getByLabel('The event, as JSON').fill('{ "type": "retry.due" }');
    await page.getByRole('button', { name: 'Go on…' }).click();
    await expect.poll(() => page.locator('.audit').innerText()).toContain('"event by hand"');
    expect(server.heard).toEqual([]);
    await page.getByRole('button', { name: 'Send retry.due' }).click();
    await page.getByText('It was refused: it is not its turn').waitFor();
    expect(server.heard).toMatchObject([{ type: 'send', id: shop, event: { type: 'retry.due' } }]);
  });

  test('by hand can’t be sent where the operator has not enabled it', async () => {
    server.greeting = server.greeting.map((each) =>
      each.type === 'hello' ? { ...each, sends: false } : each,
    );
    await page.goto(server.url);
    await show(`#/machine/load-balancer/${shop}`);
    await page.locator('.identity').waitFor();
    expect(await page.getByRole('button', { name: 'Send an event…' }).count()).toBe(0);
  });

  test('with 5,000 actors and 2,000 events a second goes on being drawn and used', async () => {
    const throng = new Throng(5_000);
    server.greeting = [
      { type: 'hello', sends: false, recording: null },
      ...throng.all(),
      { type: 'caught up' },
    ];
    await page.goto(server.url);
    await expect
      .poll(() => page.locator('.summary-count').innerText(), { timeout: 20_000 })
      .toContain('5,000');
    const drawn = page.evaluate<number>(framesInTenSeconds);
    const timer = setInterval(() => server.say(throng.next(100)), 50);
    const frames = await drawn;
    clearInterval(timer);
    // How fast it is, is measured by `npm run bench -- inspector`; here it must not have stopped.
    expect(frames).toBeGreaterThan(0);
    await show('#/timeline');
    await expect.poll(() => page.locator('.entry').count(), { timeout: 20_000 }).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  });

  test('keeps its memory within bounds, however much happens while the timeline is shown', async () => {
    const throng = new Throng(2_000);
    server.greeting = [
      { type: 'hello', sends: false, recording: null },
      ...throng.all(),
      { type: 'caught up' },
    ];
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    const heapMiB = async () => {
      await devtools.send('HeapProfiler.collectGarbage');
      const { metrics } = await devtools.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0) / 2 ** 20;
    };
    const told = async (frames: number) => {
      const until = throng.told + frames;
      while (throng.told < until) {
        server.say(throng.next(400));
        await page.evaluate('new Promise(requestAnimationFrame)');
      }
    };
    await page.goto(server.url);
    await told(framesKeptMax);
    await show('#/timeline');
    await page.locator('.entry').first().waitFor();
    await told(framesKeptMax / 4);
    const before = await heapMiB();

    await told(framesKeptMax);

    expect(await heapMiB()).toBeLessThan(1.3 * before);
    expect(faults).toEqual([]);
  });
});
