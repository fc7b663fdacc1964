import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { losesRecords } from '../../simulator/planted/stores.ts';
import { ReportCollector } from '../../simulator/report/collector.ts';
import { reportPage } from '../../simulator/report/page.ts';
import { hostDiesScenario } from '../../simulator/scenarios/host-dies.ts';
import { simulate } from '../../simulator/simulate.ts';
import { openBrowser, openPage } from '../inspector/support/browser.ts';

let browser: Browser;
let folder: string;

beforeAll(async () => {
  browser = await openBrowser();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-report-'));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

/** A run's report, opened from the disk in a browser without a network. */
async function opened(parts = {}): Promise<{ page: Page; faults: string[]; asked: string[] }> {
  const scenario = hostDiesScenario;
  const collector = new ReportCollector();
  const { onPlan, onBegin, observer } = collector;
  const size = { controllers: 2, agents: 4, loadBalancers: 6 };
  const hooks = { onPlan, onBegin, observer, parts };
  const result = await simulate({ seed: 3, scenario, ...size, ...hooks });
  const rows = ['controller-1', 'controller-2', 'agent-1', 'agent-2', 'agent-3', 'agent-4'];
  const file = join(folder, 'run.html');
  await writeFile(file, reportPage(collector.data(result, scenario, rows)));
  const { page, faults } = await openPage(browser);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(file).href);
  return { page, faults, asked };
}

describe('a report in a browser', () => {
  test('opens without a network, and tells the reason of what one points at', async () => {
    const { page, faults, asked } = await opened();
    const tip = page.locator('#tip');

    await page.locator('.row.lb .binding.bound').first().hover();
    const binding = await tip.innerText();
    await page.locator('.row .fault').first().hover();
    const fault = await tip.innerText();
    await page.locator('h1').hover();

    expect(binding).toMatch(/^bound, agent-\d, epoch 1: .+\nfrom \d+\.\d+ s to /);
    expect(fault).toMatch(/^fault: host-dies/);
    expect(await tip.isVisible()).toBe(false);
    expect(await page.locator('.verdict').innerText()).toBe('passed');
    expect(asked).toEqual([expect.stringMatching(/^file:.*run\.html$/)]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('shows its times as wide as one wants, around the middle of what is seen', async () => {
    const { page } = await opened();
    const widthOf = async () => (await page.locator('.inner').boundingBox())?.width ?? 0;
    const whole = await widthOf();

    await page.locator('[data-zoom="2"]').click();
    await page.locator('[data-zoom="2"]').click();
    const wide = await widthOf();
    const scrolled = await page.locator('.chart').evaluate(({ scrollLeft }) => scrollLeft);
    await page.locator('[data-zoom="0"]').click();

    expect(wide / whole).toBeCloseTo(4, 0);
    expect(scrolled).toBeGreaterThan(0);
    expect(await widthOf()).toBeCloseTo(whole, 0);
    await page.context().close();
  });

  test('says at its head what was violated, and marks when', async () => {
    const { page } = await opened({ stores: losesRecords });

    const words = await page.locator('.violation strong').first().innerText();
    const line = page.locator('.over .violation').first();

    expect(words).toBe('no-load-balancer-lost');
    expect(await line.isVisible()).toBe(true);
    expect(await page.locator('.row.violated').count()).toBeGreaterThan(0);
    await page.context().close();
  });
});
