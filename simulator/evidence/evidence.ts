import type { Seat } from '../../machines/protocol/seat.ts';
import { controller } from '../../machines/protocol/subjects.ts';
import { moveIn, orderIn } from '../workload/operator.ts';
import type { Observer } from '../world/events.ts';
import type { World } from '../world/world.ts';
import { orderedMove } from './ordered-move.ts';
import { bindingOf, commandOf, livenessOf, verdictOf } from './records.ts';

const verdictSubject = controller('all', 'verdict');

/** States in which an incarnation has to be replaced. */
const ending = new Set(['dead', 'retired', 'draining']);

/** For how long somebody may go on draining who has not heard that it was taken back. */
const draggingOnMs = 20_000;
/** For how long an order may be on its way: a request is given up after so long. */
const orderedForMs = 30_000;

/**
 * What is known in a world, by anybody, against holders: verdicts on record, told, or only just taken,
 * and epochs that are above what a record says.
 */
export class Evidence {
  readonly #places: World['places'];
  /** For each agent, up to which incarnation it is over or leaving. */
  readonly #ended = new Map<string, number>();
  readonly #newest = new Map<string, number>();
  /** Until when operators want an agent emptied, as far as everybody has heard. */
  readonly #drainedUntilMs = new Map<string, number>();
  /** By load balancer and agent: when an operator wanted the one to be given to the other. */
  readonly #movedMs = new Map<string, number>();
  /** For each load balancer, the highest epoch that a device or an agent has seen. */
  readonly #seen = new Map<string, number>();

  constructor({ places }: Pick<World, 'places'>) {
    this.#places = places;
  }

  readonly observer: Observer = (event, atMs) => {
    if (event.type === 'stored') {
      const { bucket, change } = event;
      if (bucket !== 'liveness' || change.type !== 'put') return;
      const { value, context } = livenessOf(change.value);
      this.#learn(change.key, value, context.incarnation);
    } else if (event.type === 'sent') {
      if (event.subject === verdictSubject) {
        const { agent, state, context } = verdictOf(event.data);
        this.#learn(agent, state, context.incarnation);
      } else if (event.subject.endsWith('.command')) {
        const { loadBalancer, epoch } = commandOf(event.data);
        raise(this.#seen, loadBalancer, epoch);
      } else {
        // Loads have become uneven, or an operator has asked for it.
        const order = orderedMove(event);
        if (order !== null) this.#movedMs.set(`${order.loadBalancer} ${order.agent}`, atMs);
      }
    } else if (event.type === 'transition') {
      // A judge acts on its own verdict before it has told anybody.
      const { kind, id, to } = event.transition;
      if (kind === 'agent') this.#learn(id, to, this.#newest.get(id) ?? 0);
    } else if (event.type === 'lost' && event.bucket === 'binding') {
      // Whoever has read it knows that it was given.
      for (const change of event.changes) {
        if (change.type !== 'put') continue;
        raise(this.#seen, event.key, bindingOf(change.value).context.lastEpoch);
      }
    } else if (event.type === 'asked') {
      const move = moveIn(event.request);
      if (move !== null) this.#movedMs.set(`${move.loadBalancer} ${move.agent}`, atMs);
      const order = orderIn(event.request);
      if (order === null) return;
      const { agent, verb } = order;
      if (verb === 'drain') this.#drainedUntilMs.set(agent, Number.POSITIVE_INFINITY);
      else if (this.#drainedUntilMs.get(agent) === Number.POSITIVE_INFINITY) {
        this.#drainedUntilMs.set(agent, atMs + draggingOnMs);
      }
    } else if (event.type === 'mended') {
      raise(this.#seen, event.loadBalancer, event.marker.epoch);
    } else if (event.type === 'device') {
      raise(this.#seen, event.entry.lb, event.entry.epoch);
    }
  };

  /** Is this incarnation over or leaving, as far as anybody has said? */
  against({ agent, incarnation }: Pick<Seat, 'agent' | 'incarnation'>): boolean {
    return incarnation <= (this.#ended.get(agent) ?? 0);
  }

  /** Is somebody emptying the agent, because an operator asked for it? */
  drained(agent: string, atMs: number): boolean {
    return atMs <= (this.#drainedUntilMs.get(agent) ?? 0);
  }

  /** Does an operator want this agent to have it? */
  moved(loadBalancer: string, agent: string, atMs: number): boolean {
    const orderedMs = this.#movedMs.get(`${loadBalancer} ${agent}`);
    return orderedMs !== undefined && atMs <= orderedMs + orderedForMs;
  }

  /**
   * Has anybody seen an epoch of the load balancer above this one? Or is one in a marker: what a release that was cut off
   * has left on a host is ended there above the record's epoch, and whoever finds that when it comes back claims it (R9).
   */
  above(loadBalancer: string, epoch: number): boolean {
    if ((this.#seen.get(loadBalancer) ?? 0) > epoch) return true;
    return [...this.#places.values()].some(
      ({ device }) => (device.peek(loadBalancer)?.marker.epoch ?? 0) > epoch,
    );
  }

  #learn(agent: string, state: string, incarnation: number): void {
    raise(this.#newest, agent, incarnation);
    raise(this.#ended, agent, ending.has(state) ? incarnation : incarnation - 1);
  }
}

function raise(numbers: Map<string, number>, key: string, to: number): void {
  if (to > (numbers.get(key) ?? 0)) numbers.set(key, to);
}
