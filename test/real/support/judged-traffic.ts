import { Agent, type IncomingMessage, request } from 'node:http';
import { delay } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { Made } from './world.ts';
import { eventually } from './eventually.ts';

const timeoutMs = 5_000;
/** How a client sees a connection that was cut under its request. */
const resetCodes: readonly unknown[] = ['ECONNRESET', 'EPIPE'];

interface Verdict {
  readonly is: 'served' | 'reset' | 'wrong';
  readonly words: string;
}

export interface Counts {
  served: number;
  resets: number;
}

export interface JudgedClients {
  /** As many clients keep their connection as make a new one for each request. */
  readonly ofEachKind: number;
  /** Between an answer and the next request. */
  readonly pauseMs: number;
}

/**
 * Clients of a load balancer whose answers are judged: an answer of somebody who was not to answer, another
 * status, a refused connection, and silence are wrong. A connection that was reset is counted for itself,
 * because some devices cut connections whenever they load a configuration. Nothing is tried again.
 */
export class JudgedTraffic {
  readonly wrong: string[] = [];
  /** By clients that keep their connection, and by those that make a new one for each request. */
  readonly #kept: Counts = { served: 0, resets: 0 };
  readonly #anew: Counts = { served: 0, resets: 0 };
  #expected: readonly string[];
  #isStopped = false;
  readonly #made: Made;
  readonly #pauseMs: number;
  readonly #agents: readonly Agent[];
  readonly #running: Promise<unknown>;

  constructor(
    made: Made,
    expected: readonly string[],
    { ofEachKind, pauseMs }: JudgedClients = { ofEachKind: 1, pauseMs: 10 },
  ) {
    this.#made = made;
    this.#expected = expected;
    this.#pauseMs = pauseMs;
    this.#agents = Array.from({ length: ofEachKind }, () => {
      return new Agent({ keepAlive: true, maxSockets: 1 });
    });
    const anew = this.#agents.map(() => false as const);
    this.#running = Promise.all([...this.#agents, ...anew].map((agent) => this.#run(agent)));
  }

  get served(): number {
    return this.#kept.served + this.#anew.served;
  }

  get resets(): number {
    return this.#kept.resets + this.#anew.resets;
  }

  /** What was counted so far, by kind of client. */
  counts(): { readonly kept: Counts; readonly anew: Counts } {
    return { kept: { ...this.#kept }, anew: { ...this.#anew } };
  }

  /** Answers of anybody else to requests from now on are wrong. */
  expectOnly(...names: readonly string[]): void {
    this.#expected = names;
  }

  /** Resolves when so many more requests were answered rightly. */
  async servedAgain(count = 20): Promise<void> {
    const from = this.served;
    await eventually(`${count} more requests were served`, () => this.served >= from + count);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    for (const agent of this.#agents) agent.destroy();
  }

  async #run(agent: Agent | false): Promise<void> {
    const counts = agent === false ? this.#anew : this.#kept;
    while (!this.#isStopped) {
      const verdict = await this.#ask(agent, this.#expected);
      if (verdict.is === 'served') counts.served += 1;
      else if (verdict.is === 'reset') counts.resets += 1;
      else this.wrong.push(verdict.words);
      await delay(systemClock, this.#pauseMs);
    }
  }

  async #ask(agent: Agent | false, expected: readonly string[]): Promise<Verdict> {
    const { address, port } = this.#made;
    try {
      const { status, body } = await answer({ host: address, port, agent, timeout: timeoutMs });
      const isRight = status === 200 && expected.includes(body);
      const words = `status ${status}, body ${JSON.stringify(body.slice(0, 80))}`;
      return { is: isRight ? 'served' : 'wrong', words };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      return { is: resetCodes.includes(code) ? 'reset' : 'wrong', words: String(error) };
    }
  }
}

function answer(options: object): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(options);
    outgoing.on('response', (response: IncomingMessage) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode, body: body.trim() }));
      response.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
