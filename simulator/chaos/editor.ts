import { delay } from '../../machines/ports/clock.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { PatientClient } from './api-client.ts';
import type { LoadBalancers } from './load-balancers.ts';

const pauseMs = 100;

const descriptionOf = (turn: number): string => `edit ${turn}`;

/** A load balancer that was shown as it was before an edit that had been acknowledged. */
export interface StaleRead {
  readonly loadBalancer: string;
  readonly message: string;
}

/**
 * Edits one load balancer after the other, as long as it runs, and keeps what was acknowledged. Whoever reads it at
 * another controller after that has to find it there.
 */
export class Editor {
  /** How long each write has waited for its acknowledgement. */
  readonly waits: number[] = [];
  /** What each load balancer's description was last said to be. */
  readonly acknowledged = new Map<string, string>();
  readonly stale: StaleRead[] = [];
  /** How many answers told whether an edit had arrived. */
  reads = 0;
  readonly #client: PatientClient;
  readonly #loadBalancers: LoadBalancers;
  readonly #running: Promise<void>;
  /** Those under way, by controller: one that hangs is not asked again and again. */
  readonly #reading = new Map<string, Promise<void>>();
  #isStopped = false;
  #readTrouble: Error | null = null;

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
    await Promise.all(this.#reading.values());
    if (this.#readTrouble !== null) throw this.#readTrouble;
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn += 1) {
      const { all } = this.#loadBalancers;
      const { id } = all[turn % all.length] ?? { id: '' };
      const description = descriptionOf(turn);
      const { answer, controller, waitedMs } = await this.#client.ask({
        method: 'PUT',
        path: `/v2.0/lbaas/loadbalancers/${id}`,
        body: { loadbalancer: { description } },
      });
      this.waits.push(waitedMs);
      if (answer.status < 300) this.acknowledged.set(id, description);
      else throw new Error(`an edit of ${id} was refused: ${answer.status} ${answer.text}`);
      for (const other of this.#client.others(controller)) this.#beginRead(other, id, turn);
      await delay(systemClock, pauseMs);
    }
  }

  #beginRead(controller: string, id: string, turn: number): void {
    if (this.#reading.has(controller)) return;
    const reading = this.#read(controller, id, turn)
      .catch((error: unknown) => {
        // Told by `stop`.
        this.#readTrouble ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => this.#reading.delete(controller));
    this.#reading.set(controller, reading);
  }

  /** What is marked as unconfirmed promises nothing, nor does no answer. */
  async #read(controller: string, id: string, turn: number): Promise<void> {
    const path = `/v2.0/lbaas/loadbalancers/${id}`;
    const answer = await this.#client.askOf(controller, { method: 'GET', path, body: null });
    if (answer === null || answer.status >= 500 || !answer.confirmed) return;
    this.reads += 1;
    const shown = /"description":"edit (\d+)"/.exec(answer.text)?.[1];
    if (Number(shown ?? -1) >= turn) return;
    const what = shown === undefined ? `status ${answer.status}` : descriptionOf(Number(shown));
    const message = `${controller} showed ${what}, although ${descriptionOf(turn)} was acknowledged`;
    this.stale.push({ loadBalancer: id, message });
  }
}
