import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { pageDirectory } from '../../../src/inspector/page/build.ts';
import { openBrowser, openPage } from './browser.ts';
import { PageServer } from './page-server.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Of the file of tests that asked for them. */
export let browser: Browser;
export let server: PageServer;
/** Each test has its own. */
export let page: Page;
/** What a person would have to see as a fault of the page. */
export let faults: string[];

/** For the tests of a file: the page in Debian's Chromium, and a server that speaks for a gateway. */
export function withPage(files: () => ReadonlyMap<string, string> = () => new Map()): void {
  beforeAll(async () => {
    server = new PageServer(await pageDirectory(root), files());
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
}
