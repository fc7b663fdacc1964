import { Fault } from '../../machines/model/fault.ts';
import { delay } from '../../machines/ports/clock.ts';
import type { LoadBalancers } from '../../src/api/services.ts';
import type { Outcome } from '../world/events.ts';
import type { ControllerHost } from '../world/controller-host.ts';
import type { World } from '../world/world.ts';
import { Ledger, type LedgerEntry } from './ledger.ts';
import type { Work } from './work.ts';

/** How often and how many times a client knocks while no controller serves. */
const knockMs = 250;
const knocksMax = 80;
/** Longer than the controller itself takes to say that it can't. */
const patienceMs = 30_000;

interface Answer {
  readonly outcome: Outcome;
  readonly detail: string;
}

/** The clients of the API: one for each load balancer, whose requests follow each other. */
export class Clients {
  readonly ledger = new Ledger();
  readonly #world: World;
  readonly #tails = new Map<string, Promise<void>>();
  #requests = 0;
  #open = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether every request so far was answered or given up. */
  get idle(): boolean {
    return this.#open === 0;
  }

  /** Lets each piece of work happen at its time, counted from now. */
  schedule(work: readonly Work[]): void {
    for (const each of work) {
      this.#open += 1;
      this.#world.time.schedule(each.atMs, 'client', () => this.#begin(each));
    }
  }

  #begin(work: Work): void {
    const id = work.type === 'create' ? work.document.id : work.loadBalancer;
    const tail = this.#tails.get(id) ?? Promise.resolve();
    const next = tail
      .then(() => this.#do(work, id))
      .then(() => {
        this.#open -= 1;
      });
    this.#tails.set(id, next);
    this.#world.background(next);
  }

  async #do(work: Work, id: string): Promise<void> {
    this.#requests += 1;
    const requestId = `req-${this.#requests}`;
    if (work.type === 'create') {
      const entry = this.ledger.open(work.document);
      const answer = await this.#ask(work.type, id, (api) => api.create(work.document, requestId));
      entry.created = answer.outcome;
      return;
    }
    const entry = this.ledger.get(id);
    if (entry === null || entry.created === 'refused') return;
    if (work.type === 'delete') await this.#delete(entry, requestId);
    else await this.#edit(entry, work, requestId);
  }

  async #delete(entry: LedgerEntry, requestId: string): Promise<void> {
    const { id } = entry.document;
    entry.deleted = 'asked';
    const answer = await this.#ask('delete', id, (api) =>
      api.delete(id, { cascade: true }, requestId),
    );
    entry.deleted = answer.outcome;
  }

  async #edit(
    entry: LedgerEntry,
    { operation }: Work & { type: 'edit' },
    requestId: string,
  ): Promise<void> {
    const { id } = entry.document;
    const description =
      operation.type === 'load-balancer.update' ? operation.changes['description'] : null;
    const answer = await this.#ask('edit', id, (api) => api.edit(id, operation, requestId));
    if (typeof description !== 'string') return;
    if (answer.outcome === 'acknowledged') entry.description = description;
    else if (answer.outcome === 'unknown') entry.possibleDescriptions.add(description);
  }

  /** One request, as a client over HTTP sees it: a dead controller never answers. */
  async #ask(
    request: 'create' | 'edit' | 'delete',
    loadBalancer: string,
    send: (api: LoadBalancers) => Promise<unknown>,
  ): Promise<Answer> {
    const tell = (outcome: Outcome, detail: string) =>
      this.#world.emit({ type: 'client', request, loadBalancer, outcome, detail });
    const host = await this.#reach();
    tell('asked', '');
    const answer: Answer =
      host === null
        ? { outcome: 'refused', detail: 'no controller serves' }
        : await this.#answer(host, send);
    tell(answer.outcome, answer.detail);
    return answer;
  }

  /** Any controller that serves: each answers for all load balancers. */
  async #reach(): Promise<ControllerHost | null> {
    for (let knock = 0; knock < knocksMax; knock += 1) {
      const hosts = [...this.#world.controllerHosts.values()];
      const serving = hosts.filter(({ controller }) => controller !== null);
      if (serving.length > 0) return this.#world.stream('clients').pick(serving);
      await delay(this.#world.clock, knockMs);
    }
    return null;
  }

  async #answer(
    host: ControllerHost,
    send: (api: LoadBalancers) => Promise<unknown>,
  ): Promise<Answer> {
    const broken: Answer = { outcome: 'unknown', detail: 'the connection broke' };
    const late: Answer = { outcome: 'unknown', detail: 'no answer came in time' };
    return Promise.race([
      host.ask((api) => answerOf(send(api)), broken),
      delay(this.#world.clock, patienceMs).then(() => late),
    ]);
  }
}

async function answerOf(work: Promise<unknown>): Promise<Answer> {
  try {
    await work;
    return { outcome: 'acknowledged', detail: '' };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // 503 says that it was not answered in time; it may still happen.
    const outcome = error.status === 503 ? 'unknown' : 'refused';
    return { outcome, detail: `${error.status} ${error.message}` };
  }
}
