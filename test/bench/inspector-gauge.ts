import type { CDPSession, Page } from 'playwright-core';

/** What the page itself has seen since it was asked last; milliseconds. */
export interface Seen {
  /** How long each animation frame came after the one before. */
  readonly gaps: readonly number[];
  /** How old each batch was when it was in the page's world. */
  readonly ages: readonly number[];
  /** The animation frames in which the view was another one than before. */
  readonly pictures: number;
}

/**
 * Runs in the page before the page's own script. What is heard is applied to the world within the listener, so
 * that a batch is there when its listener is done.
 */
const gauge = `(() => {
  let seen = { gaps: [], ages: [], pictures: 0 };
  globalThis.takeSeen = () => {
    const taken = seen;
    seen = { gaps: [], ages: [], pictures: 0 };
    return taken;
  };
  let last = performance.now();
  let hasChanged = false;
  const frame = () => {
    const now = performance.now();
    seen.gaps.push(now - last);
    last = now;
    if (hasChanged) seen.pictures += 1;
    hasChanged = false;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const listen = WebSocket.prototype.addEventListener;
  WebSocket.prototype.addEventListener = function (type, listener) {
    listen.call(this, type, (event) => {
      listener(event);
      const sentMs = type === 'message' ? /"atMs":(\\d+)/.exec(event.data.slice(0, 400))?.[1] : null;
      if (sentMs) seen.ages.push(Date.now() - Number(sentMs));
    });
  };
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver((changes) => {
      hasChanged ||= changes.some(({ target }) => document.querySelector('main')?.contains(target));
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  });
})()`;

/** What the browser says of the page's main thread so far; processor time in milliseconds. */
export interface Used {
  readonly all: number;
  readonly script: number;
  readonly style: number;
  readonly layout: number;
}

/** Looks at a page while it works, as little in its way as can be. */
export class Gauge {
  readonly #page: Page;
  readonly #session: CDPSession;

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
  }

  /** Before the page is opened. */
  static async on(page: Page): Promise<Gauge> {
    await page.addInitScript(gauge);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new Gauge(page, session);
  }

  async takeSeen(): Promise<Seen> {
    return this.#page.evaluate<Seen>('takeSeen()');
  }

  async used(): Promise<Used> {
    const metrics = await this.#metrics();
    const ms = (name: string) => (metrics.get(name) ?? 0) * 1_000;
    return {
      all: ms('TaskDuration'),
      script: ms('ScriptDuration'),
      style: ms('RecalcStyleDuration'),
      layout: ms('LayoutDuration'),
    };
  }

  /** Mebibytes that are still in use after the garbage is gone. */
  async heapMiB(): Promise<number> {
    await this.#session.send('HeapProfiler.collectGarbage');
    return ((await this.#metrics()).get('JSHeapUsedSize') ?? 0) / 2 ** 20;
  }

  async #metrics(): Promise<ReadonlyMap<string, number>> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    return new Map(metrics.map(({ name, value }) => [name, value]));
  }
}
