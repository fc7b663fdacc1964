import { framesMax } from '../../machines/protocol/inspection.ts';
import type { Feed, Viewer } from '../../src/inspector/gateway/feed.ts';
import { framesKeptMax } from '../../src/inspector/model/history.ts';
import { Throng } from '../inspector/support/throng.ts';

/** As often as a tap tells. */
const tickMs = 100;
/** While a page's history is filled, it comes this much faster than a page has to bear. */
const fillEveryMs = 50;

/**
 * Very many load balancers that never rest. Whoever comes is told of all of them, then of as much as a page
 * keeps, so that it is measured as it is after a while; and then of so many events a second.
 */
export class ThrongFeed implements Feed {
  readonly recording = null;
  readonly sends = false;
  readonly #actors: number;
  readonly #perTick: number;

  constructor(actors: number, eventsPerSecond: number) {
    this.#actors = actors;
    this.#perTick = Math.round((eventsPerSecond * tickMs) / 1_000);
  }

  attach(viewer: Viewer): () => void {
    const throng = new Throng(this.#actors);
    const tell = ({ batch }: ReturnType<Throng['next']>) =>
      viewer.batch(batch, JSON.stringify(batch));
    for (const message of throng.all()) tell(message);
    viewer.caughtUp();
    viewer.status(true);
    let left = framesKeptMax;
    let timer = setInterval(() => {
      tell(throng.next(framesMax, Date.now()));
      left -= framesMax;
      if (left > 0) return;
      clearInterval(timer);
      timer = setInterval(() => tell(throng.next(this.#perTick, Date.now())), tickMs);
    }, fillEveryMs);
    return () => clearInterval(timer);
  }

  send(): Promise<string | null> {
    return Promise.resolve('nobody is there to take an event');
  }
}
