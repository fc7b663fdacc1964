import { request } from 'node:http';
import { delay } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { eventually } from './eventually.ts';

const everyMs = 20;
const timeoutMs = 2_000;

export interface Answer {
  /** Monotonic. */
  readonly startedMs: number;
  readonly ok: boolean;
  /** The answer's body, or why there was none. */
  readonly detail: string;
}

/** One request over a connection of its own. */
export function ask(address: string, port: number): Promise<Answer> {
  const startedMs = systemClock.monotonicMs();
  return new Promise((resolve) => {
    const tell = (ok: boolean, detail: string) => resolve({ startedMs, ok, detail });
    const outgoing = request({ host: address, port, agent: false, timeout: timeoutMs });
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () => tell(response.statusCode === 200, body.trim()));
      response.on('error', (error) => tell(false, error.message));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    outgoing.on('error', (error) => tell(false, error.message));
    outgoing.end();
  });
}

/** A client that opens a new connection for each request, and tries nothing again. */
export class Traffic {
  readonly #address: string;
  readonly #port: number;
  readonly #answers: Answer[] = [];
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(address: string, port: number) {
    this.#address = address;
    this.#port = port;
    this.#running = this.#run();
  }

  get failures(): readonly Answer[] {
    return this.#answers.filter(({ ok }) => !ok);
  }

  get served(): number {
    return this.#answers.filter(({ ok }) => ok).length;
  }

  /** Resolves when a request that is sent from now on was answered well. */
  async servedAgain(count = 1): Promise<void> {
    const sinceMs = systemClock.monotonicMs();
    await eventually(`${count} requests to ${this.#address}:${this.#port} were answered`, () => {
      const good = this.#answers.filter(({ ok, startedMs }) => ok && startedMs >= sinceMs);
      return good.length >= count;
    });
  }

  /** Who answered from now on, until so many have. */
  async answerers(count = 10): Promise<ReadonlySet<string>> {
    const from = this.#answers.length;
    await eventually(`${count} more requests were answered`, () => {
      return this.#answers.length >= from + count;
    });
    return new Set(this.#answers.slice(from).map(({ detail }) => detail));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#answers.push(await ask(this.#address, this.#port));
      await delay(systemClock, everyMs);
    }
  }
}
