import { isDeepStrictEqual } from 'node:util';
import { operatingReport } from '../../machines/health/operating.ts';
import type { ListenerStatistics } from '../../machines/health/statistics.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import { RetryableError } from '../contract/errors.ts';
import type { Health } from '../contract/health.ts';
import { readDocument } from './content.ts';
import { answerAttempts, type Host, mapped, siteOf } from './host.ts';
import { LiveDocument } from './live-document.ts';
import { readMarker } from './marker-file.ts';
import { listenerStatistics, observedListeners } from './observation.ts';
import { askStatistics, liveContent } from './observe.ts';
import type { Answer, Questions } from './questions.ts';
import { idleHash } from './site.ts';

/** How the traffic fares, by the processes' own word. */
export function health(host: Host, questions: Questions): Health {
  return {
    watch(id, notify) {
      const watch = new HealthWatch(host, id, notify);
      const stop = questions.listen(id, (answer) => watch.heard(answer));
      return () => {
        stop();
        watch.stop();
      };
    },
    statistics: (id) => mapped(() => statistics(host, id)),
  };
}

/** Makes statuses of the answers that a load balancer's process gives, and tells where they change. */
class HealthWatch {
  readonly #host: Host;
  readonly #id: string;
  readonly #document: LiveDocument;
  readonly #notify: (operating: OperatingReport) => void;
  #told: OperatingReport | null = null;
  #silent = 0;
  #isStopped = false;

  constructor(host: Host, id: string, notify: (operating: OperatingReport) => void) {
    this.#host = host;
    this.#id = id;
    this.#document = new LiveDocument(siteOf(host, id));
    this.#notify = notify;
  }

  stop(): void {
    this.#isStopped = true;
  }

  heard(answer: Answer): void {
    this.#heard(answer).catch((error: unknown) => {
      this.#host.log.warn({ lb: this.#id, error: String(error) }, 'no statuses came of an answer');
    });
  }

  async #heard({ running, rows }: Answer): Promise<void> {
    this.#silent = rows === null ? this.#silent + 1 : 0;
    // A busy process may miss a question; one that is gone answers none ever again.
    if (running !== null && rows === null && this.#silent < answerAttempts) return;
    const document = await this.#document.read(running);
    if (document === null || this.#isStopped) return;
    const operating = operatingReport(document, observedListeners(document, rows ?? []));
    if (isDeepStrictEqual(operating, this.#told)) return;
    this.#told = operating;
    this.#notify(operating);
  }
}

async function statistics(host: Host, id: string): Promise<ListenerStatistics | null> {
  const site = siteOf(host, id);
  const stored = await readMarker(site);
  const live = stored === null || stored.removed ? null : liveContent(stored, site.running());
  const document = live === null ? null : await readDocument(site, live);
  if (live === null || document === null) return null;
  if (live.hash === idleHash) return {};
  const rows = await askStatistics(host, site);
  if (rows === null) throw new RetryableError('the HAProxy process does not answer');
  return listenerStatistics(document, rows);
}
