import { delay } from '../../machines/ports/clock.ts';
import type { Outcome } from '../world/events.ts';
import type { ControllerHost } from '../world/controller-host.ts';
import type { ApiAnswer, ApiRequest } from '../world/wire.ts';
import type { World } from '../world/world.ts';

/** How often and how many times a client knocks while no controller serves. */
const knockMs = 250;
const knocksMax = 80;
/** Longer than the controller itself takes to say that it can't. */
const patienceMs = 30_000;

/** What a request came to, for the client that sent it. */
export interface Reply {
  readonly outcome: Outcome;
  /** 0: nobody answered. */
  readonly status: number;
  readonly body: unknown;
  readonly detail: string;
}

const unreachable: Reply = {
  outcome: 'refused',
  status: 0,
  body: null,
  detail: 'no controller serves',
};
const silent = (detail: string): Reply => ({ outcome: 'unknown', status: 0, body: null, detail });

/** A client's way to the API: each request goes to some controller, as through a balancer. */
export class Connection {
  readonly #world: World;
  readonly #client: string;

  constructor(world: World, client: string) {
    this.#world = world;
    this.#client = client;
  }

  async send(request: ApiRequest): Promise<Reply> {
    const host = await this.#reach();
    if (host === null) return unreachable;
    const world = this.#world;
    const { controller } = host;
    const askedMs = world.time.nowMs;
    const heldUpBeforeMs = host.heldUpMs;
    world.emit({ type: 'asked', client: this.#client, request });
    const answer = await this.#answer(host, request);
    world.emit({
      type: 'wire',
      client: this.#client,
      controller: host.id,
      request,
      answer: answer === 'late' ? null : answer,
      askedMs,
      heldUpMs: host.heldUpMs - heldUpBeforeMs,
      lived: host.controller === controller,
    });
    if (answer === 'late') return silent('no answer came in time');
    if (answer === null) return silent('the connection broke');
    // Whoever wants to know how things are does not take such an answer for one.
    if (request.method === 'GET' && !answer.confirmed) return silent('the answer is unconfirmed');
    return replyOf(answer);
  }

  #answer(host: ControllerHost, request: ApiRequest): Promise<ApiAnswer | 'late' | null> {
    const { clock } = this.#world;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(patienceMs, () => resolve('late'));
      host
        .ask(request)
        .then(resolve, reject)
        .finally(() => clock.clearTimer(timer));
    });
  }

  /** Any controller that serves: each answers for all load balancers. A balancer has left those that are broken for good. */
  async #reach(): Promise<ControllerHost | null> {
    for (let knock = 0; knock < knocksMax; knock += 1) {
      const hosts = [...this.#world.controllerHosts.values()];
      const serving = hosts.filter((host) => host.controller !== null && !host.isGivenUp);
      if (serving.length > 0) return this.#world.stream('clients').pick(serving);
      await delay(this.#world.clock, knockMs);
    }
    return null;
  }
}

function replyOf({ status, text }: ApiAnswer): Reply {
  const body: unknown = text === '' ? null : JSON.parse(text);
  if (status < 300) return { outcome: 'acknowledged', status, body, detail: '' };
  // A server's fault leaves open whether it was done, or is going to be.
  const outcome = status >= 500 ? 'unknown' : 'refused';
  return { outcome, status, body, detail: `${status} ${faultOf(body)}` };
}

function faultOf(body: unknown): string {
  const known = typeof body === 'object' && body !== null && 'faultstring' in body;
  return known ? String(body.faultstring) : '';
}
