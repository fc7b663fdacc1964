import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import type { Browser, Page } from 'playwright-core';
import { wholeNumber } from '../../src/cli/commands/up.ts';
import { pageDirectory } from '../../src/inspector/page/build.ts';
import { openBrowser, openPage } from '../inspector/support/browser.ts';
import { cpuMs } from './cpu.ts';
import { Gauge, type Used } from './inspector-gauge.ts';
import { describeHost, type Machine } from './machine.ts';
import { rounded, spread, type Spread } from './statistics.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const gatewayMain = fileURLToPath(new URL('inspector-gateway-main.ts', import.meta.url));

const chosen = 'load-balancer/lb-0';
const views = {
  fleet: '#/fleet',
  machine: `#/machine/${chosen}`,
  sequence: `#/sequence/${chosen}`,
  timeline: '#/timeline',
  explain: `#/explain/${chosen}`,
} as const;
type View = keyof typeof views;
const allViews = Object.keys(views) as View[];

/** A page has caught up when what it hears is no older than this. */
const freshMs = 1_000;
const catchesUpWithinMs = 120_000;

/** How one view did. */
export interface ViewResult {
  readonly view: View;
  readonly framesPerSecond: number;
  /** Between two animation frames, in milliseconds. */
  readonly gapMs: Spread;
  /** How often a second the view showed something else. */
  readonly picturesPerSecond: number;
  /** From leaving the feed to being in the page's world, in milliseconds. */
  readonly ageMs: Spread;
  /** Processor time of the page's main thread in a second, in milliseconds. */
  readonly pageMs: Used;
  /** Processor time of the gateway in a second, in milliseconds. */
  readonly gatewayMs: number;
  /** In use after a garbage collection: before it, after the first half, and at the end. */
  readonly heapMiB: readonly [start: number, half: number, end: number];
  readonly load: number;
}

export interface InspectorReport {
  readonly benchmark: 'inspector';
  readonly at: string;
  readonly machine: Omit<Machine, 'natsServer'>;
  readonly chromium: string;
  readonly actors: number;
  readonly eventsPerSecond: number;
  readonly seconds: number;
  readonly openedMs: number;
  readonly views: readonly ViewResult[];
}

interface Options {
  readonly actors: number;
  readonly events: number;
  readonly seconds: number;
  readonly views: readonly View[];
}

const say = (text: string) => process.stderr.write(`${text}\n`);

export const inspectorCommand = new Command('inspector')
  .description('the inspector’s page with very many actors that never rest: is it still smooth?')
  .option('--actors <n>', 'how many load balancers there are', wholeNumber(1, 20_000), 5_000)
  .option('--events <n>', 'how many events they take a second', wholeNumber(10, 10_000), 2_000)
  .option('--seconds <n>', 'how long each view is looked at', wholeNumber(2, 600), 20)
  .option('--views <name,…>', 'which are looked at', viewNames, allViews)
  .action(async (options: Options) => {
    process.stdout.write(`${JSON.stringify(await measure(options))}\n`);
  });

function viewNames(text: string): readonly View[] {
  const names = text.split(',');
  const wrong = names.find((name) => !Object.hasOwn(views, name));
  if (wrong === undefined) return names as View[];
  throw new InvalidArgumentError(`there is no view ${wrong}: give ${allViews.join(',')}`);
}

async function measure(options: Options): Promise<InspectorReport> {
  const browser = await openBrowser();
  try {
    return await measureIn(browser, options);
  } finally {
    await browser.close();
  }
}

async function measureIn(browser: Browser, options: Options): Promise<InspectorReport> {
  const { actors, events, seconds } = options;
  const machine = describeHost();
  say(`${machine.cpu}, ${machine.cores} cores, load ${machine.loadAverage.join(' ')}`);
  const gateway = await startGateway(actors, events);
  try {
    const { page, faults } = await openPage(browser);
    const gauge = await Gauge.on(page);
    const openedMs = await open(page, gauge, gateway.url);
    say(`all that a page keeps was in it after ${openedMs} ms`);
    const results: ViewResult[] = [];
    for (const view of options.views) {
      const result = await look(page, gauge, view, seconds, gateway.pid);
      results.push(result);
      say(progress(result));
    }
    if (faults.length > 0) throw new Error(`the page told of faults: ${faults.join('; ')}`);
    return {
      benchmark: 'inspector',
      at: new Date().toISOString(),
      ...{ machine, chromium: browser.version(), actors, eventsPerSecond: events, seconds },
      ...{ openedMs, views: results },
    };
  } finally {
    await gateway.stop();
  }
}

async function startGateway(actors: number, events: number) {
  const directory = await pageDirectory(root);
  const args = ['--import', 'tsx', gatewayMain, directory, String(actors), String(events)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [url] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the gateway did not start'))),
  ])) as [string];
  const stop = async () => {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  };
  return { url, pid: child.pid ?? null, stop };
}

/** Opens the page, and waits until it has all that it keeps and is no longer behind. */
async function open(page: Page, gauge: Gauge, url: string): Promise<number> {
  const startedMs = performance.now();
  await page.goto(url);
  await page.locator('.lane').first().waitFor();
  while (performance.now() - startedMs < catchesUpWithinMs) {
    await page.waitForTimeout(500);
    const { ages } = await gauge.takeSeen();
    const isCut = (await page.locator('.transport-end small').innerText()).includes('forgotten');
    if (isCut && Math.max(...ages.slice(-10)) < freshMs) {
      return Math.round(performance.now() - startedMs);
    }
  }
  throw new Error(`the page was still behind after ${catchesUpWithinMs} ms`);
}

async function look(
  page: Page,
  gauge: Gauge,
  view: View,
  seconds: number,
  gatewayPid: number | null,
): Promise<ViewResult> {
  await page.evaluate(`location.hash = ${JSON.stringify(views[view])}`);
  await page.locator(`main[aria-label="${view} view"]`).waitFor();
  // What the engine has to compile, and what is drawn for the first time, is not what a view takes.
  await after(2_000);
  const startMiB = await gauge.heapMiB();
  const first = await half(gauge, seconds / 2, gatewayPid);
  const halfMiB = await gauge.heapMiB();
  const second = await half(gauge, seconds / 2, gatewayPid);
  const endMiB = await gauge.heapMiB();
  const [load = 0] = loadavg();
  const both = [first, second];
  const gaps = both.flatMap((each) => each.seen.gaps);
  const perSecond = (of: (each: Half) => number) =>
    rounded(both.reduce((sum, each) => sum + of(each), 0) / seconds);
  return {
    view,
    framesPerSecond: rounded(gaps.length / (gaps.reduce((sum, gap) => sum + gap, 0) / 1_000)),
    gapMs: roundedSpread(gaps),
    picturesPerSecond: perSecond(({ seen }) => seen.pictures),
    ageMs: roundedSpread(both.flatMap((each) => each.seen.ages)),
    pageMs: {
      all: perSecond(({ used }) => used.all),
      script: perSecond(({ used }) => used.script),
      style: perSecond(({ used }) => used.style),
      layout: perSecond(({ used }) => used.layout),
    },
    gatewayMs: perSecond((each) => each.gatewayMs),
    heapMiB: [rounded(startMiB), rounded(halfMiB), rounded(endMiB)],
    load: rounded(load),
  };
}

type Half = Awaited<ReturnType<typeof half>>;

async function half(gauge: Gauge, seconds: number, gatewayPid: number | null) {
  await gauge.takeSeen();
  const [before, gatewayBefore] = [await gauge.used(), await cpuMs(gatewayPid)];
  await after(seconds * 1_000);
  const [now, gatewayNow] = [await gauge.used(), await cpuMs(gatewayPid)];
  const seen = await gauge.takeSeen();
  const used: Used = {
    all: now.all - before.all,
    script: now.script - before.script,
    style: now.style - before.style,
    layout: now.layout - before.layout,
  };
  return { seen, used, gatewayMs: (gatewayNow ?? 0) - (gatewayBefore ?? 0) };
}

function roundedSpread(values: readonly number[]): Spread {
  const { min, median, p99, max } = spread(values);
  return { min: rounded(min), median: rounded(median), p99: rounded(p99), max: rounded(max) };
}

function progress(result: ViewResult): string {
  const { view, framesPerSecond, gapMs, picturesPerSecond, ageMs, pageMs } = result;
  return (
    `${view}: ${framesPerSecond} frames/s, gaps ${gapMs.median}, p99 ${gapMs.p99}, longest ${gapMs.max} ms; ` +
    `${picturesPerSecond} pictures/s; in its world after ${ageMs.median}, p99 ${ageMs.p99} ms; ` +
    `page ${pageMs.all} ms/s (script ${pageMs.script}, style ${pageMs.style}, layout ${pageMs.layout}), ` +
    `gateway ${result.gatewayMs} ms/s; heap ${result.heapMiB.join(', ')} MiB; load ${result.load}`
  );
}
