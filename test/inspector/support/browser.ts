import { type Browser, type Page, chromium } from 'playwright-core';
import { ensureParts, thisMachine } from '../../../src/setup/ensure-parts.mjs';

/** Debian's Chromium, which is fetched where it is missing. */
export async function openBrowser(): Promise<Browser> {
  const { HOLDFAST_CHROMIUM: executablePath } = await ensureParts(['chromium'], thisMachine());
  if (executablePath === undefined) throw new Error('there is no chromium');
  // Without its sandbox, which needs rights that containers and root don't have; it opens our own page only.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A page in a window of its own, with everything in it that a person would have to see as a fault. */
export async function openPage(browser: Browser): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // The page says itself that its gateway is away; its icon, too, may be under way at that moment.
    const isLostConnection = /WebSocket connection|net::ERR_CONNECTION_/.test(message.text());
    if (message.type() === 'error' && !isLostConnection) faults.push(message.text());
  });
  return { page, faults };
}
