import type { Driver } from '../../drivers/contract/driver.ts';
import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { TakeReply } from '../../machines/protocol/agent-messages.ts';
import { driverOf } from '../../machines/protocol/device-name.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { takeTimeoutMs, type Timings } from '../../machines/timings/timings.ts';
import { call } from '../messaging/endpoint.ts';
import type { Bus } from '../ports/bus.ts';
import { type Ticket, TicketLost, type Worker, type WorkQueues } from '../ports/work-queue.ts';

/** How many load balancers of one device it takes at once: it is free while it has fewer in hand. */
export const ticketsAtOnce = 4;

/** How long a ticket is put off that this agent may not take: another one may. */
const refusedMs = 1_000;

export interface WorkDeskOptions {
  readonly agent: string;
  readonly incarnation: () => number;
  readonly queues: WorkQueues;
  readonly drivers: ReadonlyMap<string, Driver>;
  /** Is the device in reach? */
  readonly reaches: (device: string) => boolean;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings;
  readonly shards: number;
}

/** A load balancer whose ticket is in hand, until its command is settled. */
interface InHand {
  /** The newest epoch under which a command was settled here since it was taken. */
  epoch: number;
  settled: () => void;
}

/**
 * Takes load balancers from the queues of this agent's devices while it is free. Whose turn it is, the
 * ticket says; what is to be done is asked of the load balancer's actor, which then commands it like any
 * other. The ticket ends when that command is settled, well or not: from then on the actor knows.
 */
export class WorkDesk {
  readonly #options: WorkDeskOptions;
  readonly #workers = new Map<string, Worker>();
  readonly #inHand = new Map<string, InHand>();

  constructor(options: WorkDeskOptions) {
    this.#options = options;
  }

  /** Null for an agent without queues. */
  static of(options: Omit<WorkDeskOptions, 'queues'> & { readonly queues?: WorkQueues }) {
    const { queues } = options;
    return queues === undefined ? null : new WorkDesk({ ...options, queues });
  }

  /** Its judge lets it take from the queues of these drivers' devices, and of no others. */
  heed(open: readonly string[]): void {
    const { drivers, reaches } = this.#options;
    for (const device of drivers.keys()) {
      const works = open.includes(driverOf(device)) && reaches(device);
      if (works && !this.#workers.has(device)) this.#begin(device);
      else if (!works) this.#end(device);
    }
  }

  /** A command was settled here, one way or the other. */
  settled(loadBalancer: string, epoch: number): void {
    const inHand = this.#inHand.get(loadBalancer);
    if (inHand === undefined) return;
    inHand.epoch = Math.max(inHand.epoch, epoch);
    inHand.settled();
  }

  /** Takes nothing more, and gives back what it has not begun. */
  stop(): void {
    this.heed([]);
  }

  #begin(device: string): void {
    const { queues } = this.#options;
    const queue = { driver: driverOf(device), device };
    const worker = queues.work(queue, { atOnce: ticketsAtOnce }, (ticket) => {
      // It tells of its errors itself.
      void this.#work(device, ticket);
    });
    this.#workers.set(device, worker);
  }

  #end(device: string): void {
    const worker = this.#workers.get(device);
    if (worker === undefined) return;
    this.#workers.delete(device);
    worker.stop().catch((error: unknown) => {
      this.#options.log.warn({ device, error: String(error) }, 'tickets were not given back');
    });
  }

  async #work(device: string, ticket: Ticket): Promise<void> {
    const { log } = this.#options;
    const loadBalancer = ticket.key;
    try {
      const laterMs = await this.#carryOut(device, loadBalancer);
      await (laterMs === null ? ticket.done() : ticket.later(laterMs));
    } catch (error) {
      // Somebody else may have it by now; who of the two is right, the device decides.
      if (error instanceof TicketLost) log.info({ loadBalancer, device }, 'a ticket was lost');
      else log.error({ loadBalancer, device, err: error }, 'a ticket was not worked on');
    }
  }

  /** Resolves to null once nothing is left to do for this ticket; or to how long it is to be put off. */
  async #carryOut(device: string, loadBalancer: string): Promise<number | null> {
    const { agent, bus, log, timings, shards } = this.#options;
    const incarnation = this.#options.incarnation();
    const inHand: InHand = { epoch: 0, settled: () => undefined };
    this.#inHand.set(loadBalancer, inHand);
    try {
      const subject = subjects.up(agent, subjects.shardOf(loadBalancer, shards), 'take');
      const request = { agent, incarnation, loadBalancer, device };
      const reply = await call(bus, subject, request, TakeReply, takeTimeoutMs(timings));
      if (reply.type === 'nothing') return null;
      if (reply.type === 'refused') {
        log.debug({ loadBalancer, device, reason: reply.reason }, 'a ticket is put off');
        return refusedMs;
      }
      await this.#settles(inHand, reply.epoch);
      return null;
    } catch (error) {
      // Its shard changes hands, or the answer was lost: then it is bound to this agent all the same.
      log.debug({ loadBalancer, device, error: String(error) }, 'nobody said what is to be done');
      return timings.retryMaxMs;
    } finally {
      if (this.#inHand.get(loadBalancer) === inHand) this.#inHand.delete(loadBalancer);
    }
  }

  /** At the latest when its actor would command it again: that needs no ticket. */
  #settles(inHand: InHand, epoch: number): Promise<void> {
    const { clock, timings } = this.#options;
    return new Promise((resolve) => {
      let timer: Timer | null = null;
      const look = (): void => {
        if (inHand.epoch < epoch) return;
        if (timer !== null) clock.clearTimer(timer);
        resolve();
      };
      timer = clock.setTimer(timings.commandTimeoutMs, () => resolve());
      inHand.settled = look;
      look();
    });
  }
}
