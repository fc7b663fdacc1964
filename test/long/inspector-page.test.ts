import { describe, expect, test } from 'vitest';
import { framesKeptMax } from '../../src/inspector/model/history.ts';
import { faults, page, server, withPage } from '../inspector/support/page-bench.ts';
import { Throng } from '../inspector/support/throng.ts';

withPage();

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

const show = (hash: string) => page.evaluate(`location.hash = ${JSON.stringify(hash)}`);

/** The next page is greeted with so many load balancers. */
function greetedWith(loadBalancers: number): Throng {
  const throng = new Throng(loadBalancers);
  const hello = { type: 'hello', sends: false, recording: null } as const;
  server.greeting = [hello, ...throng.all(), { type: 'caught up' }];
  return throng;
}

describe('a page that is told very much', () => {
  test('with 5,000 actors and 2,000 events a second goes on being drawn and used', async () => {
    const throng = greetedWith(5_000);
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
    const throng = greetedWith(2_000);
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
