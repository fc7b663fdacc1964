import { Agent, request } from 'node:http';
import { delay } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { eventually } from './eventually.ts';
import type { Answer } from './traffic.ts';

const everyMs = 20;
const timeoutMs = 2_000;

/** A client that sends one request after the other over one connection, for as long as that holds. */
export class KeepAliveTraffic {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #address: string;
  readonly #port: number;
  readonly #failures: Answer[] = [];
  #served = 0;
  #connections = 0;
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(address: string, port: number) {
    this.#address = address;
    this.#port = port;
    this.#running = this.#run();
  }

  get failures(): readonly Answer[] {
    return this.#failures;
  }

  get served(): number {
    return this.#served;
  }

  /** How many connections it has needed so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Resolves when so many more requests were answered. */
  async servedAgain(count = 1): Promise<void> {
    const from = this.#served;
    const what = `${count} requests over one connection to ${this.#address}:${this.#port} were answered`;
    await eventually(what, () => this.#served >= from + count);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const startedMs = systemClock.monotonicMs();
      const problem = await this.#ask();
      if (problem === null) this.#served += 1;
      else this.#failures.push({ startedMs, ok: false, detail: problem });
      await delay(systemClock, everyMs);
    }
  }

  #ask(): Promise<string | null> {
    const options = { host: this.#address, port: this.#port, agent: this.#agent };
    return new Promise((resolve) => {
      const outgoing = request({ ...options, timeout: timeoutMs });
      outgoing.on('socket', () => {
        if (!outgoing.reusedSocket) this.#connections += 1;
      });
      outgoing.on('response', (response) => {
        response.resume();
        response.on('error', (error) => resolve(error.message));
        response.on('end', () => {
          resolve(response.statusCode === 200 ? null : `status ${response.statusCode}`);
        });
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${timeoutMs} ms`)));
      outgoing.on('error', (error) => resolve(error.message));
      outgoing.end();
    });
  }
}
