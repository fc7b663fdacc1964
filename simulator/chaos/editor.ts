import { delay } from '../../machines/ports/clock.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { PatientClient } from './api-client.ts';
import type { LoadBalancers } from './load-balancers.ts';

const pauseMs = 100;

/** Edits one load balancer after the other, as long as it runs, and keeps what was acknowledged. */
export class Editor {
  /** How long each write has waited for its acknowledgement. */
  readonly waits: number[] = [];
  /** What each load balancer's description was last said to be. */
  readonly acknowledged = new Map<string, string>();
  readonly #client: PatientClient;
  readonly #loadBalancers: LoadBalancers;
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(client: PatientClient, loadBalancers: LoadBalancers) {
    this.#client = client;
    this.#loadBalancers = loadBalancers;
    this.#running = this.#run();
    // Told by `stop`.
    this.#running.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn += 1) {
      const { all } = this.#loadBalancers;
      const { id } = all[turn % all.length] ?? { id: '' };
      const description = `edit ${turn}`;
      const { answer, waitedMs } = await this.#client.ask({
        method: 'PUT',
        path: `/v2.0/lbaas/loadbalancers/${id}`,
        body: { loadbalancer: { description } },
      });
      this.waits.push(waitedMs);
      if (answer.status < 300) this.acknowledged.set(id, description);
      else throw new Error(`an edit of ${id} was refused: ${answer.status} ${answer.text}`);
      await delay(systemClock, pauseMs);
    }
  }
}
