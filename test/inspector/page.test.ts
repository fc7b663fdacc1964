import axe, { type AxeResults } from 'axe-core';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  diesAtMs,
  failoverBatches,
  hostileName,
  loadBalancers,
  recordingText,
} from './support/failover.ts';
import { browser, faults, page, server, withPage } from './support/page-bench.ts';

const shop = loadBalancers[0]!.id;

withPage(
  () =>
    new Map([
      ['one.ndjson', recordingText({ violation: true })],
      ['hostile.ndjson', recordingText({ hostile: true })],
      ['cut.ndjson', recordingText().split('\n', 5).join('\n').slice(0, -9)],
      ['bad.ndjson', `${recordingText().split('\n', 4).join('\n')}\n{"version":1}\n`],
    ]),
);

/** Run in the page: how much of what was shown has jumped elsewhere since it was opened, in times all of it. */
const jumped = `new Promise((resolve) => {
  let sum = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) sum += value;
  });
  observer.observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => setTimeout(() => resolve(sum), 0));
})`;
/** A word that gets longer; a banner that pushes a view down is six times that. */
const noticeable = 0.005;

/** Goes to the first moment after this one at which something happened, as soon as there are moments. */
async function seek(atMs: number): Promise<void> {
  const batches = failoverBatches({ violation: true });
  const [from, to] = [batches[0]!.atMs, batches.at(-1)!.atMs];
  const overview = page.locator('.transport .overview:not([aria-disabled="true"])');
  const box = (await overview.boundingBox())!;
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

  // In the dark, only colours differ.
  test.each([
    ['light', '{}'],
    ['dark', `{ runOnly: ['color-contrast', 'link-in-text-block'] }`],
  ] as const)(
    'can be read and used by everybody, as far as axe can tell, %s',
    async (colorScheme, rules) => {
      // It is put into the page, which the page's policy forbids.
      const context = await browser.newContext({ colorScheme, bypassCSP: true });
      onTestFinished(() => context.close());
      const everybodys = await context.newPage();
      await everybodys.goto(`${server.url}?recording=one.ndjson`);
      await everybodys.getByRole('alert').filter({ hasText: 'Violated' }).waitFor();
      await everybodys.evaluate(axe.source);
      const found: string[] = [];
      for (const view of ['fleet', 'machine', 'sequence', 'timeline', 'explain']) {
        await everybodys.evaluate(`location.hash = '#/${view}/load-balancer/${shop}'`);
        await everybodys.locator(`main[aria-label="${view} view"]`).waitFor();
        const { violations } = await everybodys.evaluate<AxeResults>(`axe.run(${rules})`);
        found.push(...violations.map(({ id, nodes }) => `${view}: ${id} ${nodes[0]?.html}`));
      }
      expect(found).toEqual([]);
    },
  );

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

  test('has no moments to go to until it has been read', async () => {
    let give = () => {};
    server.given = new Promise((resolve) => (give = resolve));
    await page.goto(`${server.url}?recording=one.ndjson`);
    await page.locator('.notice', { hasText: 'Opening one.ndjson' }).waitFor();

    expect(await page.locator('.transport .overview').getAttribute('aria-disabled')).toBe('true');
    expect(await page.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    give();

    // What is read is shown before all of it has been read.
    await page.getByRole('alert').filter({ hasText: 'Violated at 0:10.200' }).waitFor();
    await expect
      .poll(() => page.locator('.transport .overview').getAttribute('aria-disabled'))
      .toBe('false');
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

  test('whose end was never written is shown as far as it goes, and says so', async () => {
    await page.goto(`${server.url}?recording=cut.ndjson`);
    await expect
      .poll(() => page.getByRole('status').innerText())
      .toBe('Recording, cut off in line 5');
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

  test('holds one connection, however often it was told to try while the gateway did not answer', async () => {
    await page.goto(server.url);
    await expect.poll(() => page.locator('.status').innerText()).toBe('Live');
    await server.stop();
    const retry = page.getByRole('button', { name: 'Try now' });
    await retry.waitFor();
    let admit: () => void = () => undefined;
    server.admitted = new Promise((resolve) => (admit = resolve));
    onTestFinished(() => admit());
    const from = server.knocks;
    await server.start();
    await expect.poll(() => server.knocks, { timeout: 20_000 }).toBe(from + 1);

    for (const more of [2, 3]) {
      await retry.click();
      await expect.poll(() => server.knocks).toBe(from + more);
    }
    admit();
    await expect.poll(() => page.locator('.status').innerText()).toBe('Live');

    await expect.poll(() => server.pages).toBe(1);
    expect(faults).toEqual([]);
  });

  test('draws a machine that was first looked at while the gateway was away, once it is back', async () => {
    await page.goto(server.url);
    await expect.poll(() => page.locator('.status').innerText()).toBe('Live');
    await server.stop();
    const failed = page.waitForEvent('requestfailed', (each) => each.url().endsWith('charts.json'));
    await show(`#/machine/load-balancer/${shop}`);
    await failed;

    await server.start();

    await page.locator('.is-active[data-state="bound.settled"]').waitFor();
  });

  test('says that it has no chart where what it was given of them is damaged, and why', async () => {
    let asked = 0;
    await page.route('**/charts.json', (route) => {
      asked += 1;
      return route.fulfill({ contentType: 'application/json', body: '{"style":' });
    });
    await page.goto(server.url);
    await expect.poll(() => page.locator('.status').innerText()).toBe('Live');

    await show(`#/machine/load-balancer/${shop}`);

    await page.getByText('No chart of this machine was built').waitFor();
    expect(faults).toEqual([expect.stringContaining('JSON')]);
    expect(asked).toBe(1);
  });

  test('jumps to no other place when the connection is lost, and when all is told again', async () => {
    await page.goto(server.url);
    const frames = failoverBatches().reduce((sum, batch) => sum + batch.frames.length, 0);
    await page.locator('.transport-end', { hasText: `${frames} frames` }).waitFor();
    const before = await page.evaluate<number>(jumped);

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
    expect((await page.evaluate<number>(jumped)) - before).toBeLessThan(noticeable);
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
});
