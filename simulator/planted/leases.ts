import type { MonotonicMs } from '../../machines/ports/clock.ts';
import type { AgentOptions } from '../../src/agent/agent.ts';
import { Lease, type LeaseOptions } from '../../src/agent/lease.ts';
import type { ControllerOptions } from '../../src/controller/controller-options.ts';
import { Lapses, type LapsesOptions } from '../../src/controller/liveness/lapses.ts';
import type { Bus } from '../../src/ports/bus.ts';
import { Kernel } from '../world/kernel.ts';
import { LeasedDriver } from '../world/leased-driver.ts';
import { changed, losesStandings } from './buses.ts';

/** Says for every holder that was left that it has stopped, and asks none of them. */
export function believesInStops(bus: Bus): Bus {
  return changed(losesStandings(bus), {
    request(subject, data, timeoutMs) {
      if (!subject.endsWith('.release')) return bus.request(subject, data, timeoutMs);
      const { epoch } = JSON.parse(data) as { epoch: number };
      return Promise.resolve(JSON.stringify({ type: 'released', epoch }));
    },
  });
}

/** Asks nobody to let go, and takes what a judge tells of an agent for the end of its leases: that it crashed, or that it is back. */
export function takesForProof(state: 'dead' | 'alive'): (bus: Bus) => Bus {
  return (bus) => {
    const silent = losesStandings(bus);
    return changed(silent, {
      publish(subject, data) {
        silent.publish(subject, subject.endsWith('.all.verdict') ? withProof(data, state) : data);
      },
    });
  };
}

interface Notice {
  readonly state: string;
  readonly context: { readonly incarnation: number; readonly lapsed: number };
}

function withProof(data: string, state: string): string {
  const notice = JSON.parse(data) as Notice;
  if (notice.state !== state) return data;
  const { incarnation } = notice.context;
  const lapsed = state === 'dead' ? incarnation : Math.max(0, incarnation - 1);
  return JSON.stringify({ ...notice, context: { ...notice.context, lapsed } });
}

/** Believes that its lease never ends. */
export function believesInItsLease(options: AgentOptions): AgentOptions {
  return { ...options, timings: { ...options.timings, leaseMs: 3_600_000 } };
}

/** Waits for the lapse of a lease no longer than for the next heartbeat. */
export function lapsesTooSoon(options: ControllerOptions): ControllerOptions {
  const lapseMs = options.timings.heartbeatMs;
  return { ...options, timings: { ...options.timings, lapseMs } };
}

/** As `ip addr replace`: it brings back what is gone. */
export class ReplacingKernel extends Kernel {
  override change(id: string, forMs: number): boolean {
    if (!this.has(id)) this.add(id, forMs);
    return super.change(id, forMs);
  }

  override add(id: string, forMs: number): void {
    if (this.has(id)) super.change(id, forMs);
    else this.put(id, forMs);
  }
}

/** An agent that goes on under its incarnation when its lease has ended, and takes it up again. */
export function keepsItsIncarnation(options: AgentOptions): AgentOptions {
  return { ...options, lease: (own) => new UnendingIncarnation(own) };
}

class UnendingIncarnation extends Lease {
  override get isServedUnder(): boolean {
    return false;
  }
}

/** An agent for which an acknowledgement counts from when it comes, whenever its heartbeat was sent. */
export function countsFromReceipt(options: AgentOptions): AgentOptions {
  return { ...options, lease: (own) => new LeaseFromReceipt(own) };
}

class LeaseFromReceipt extends Lease {
  readonly #clock: LeaseOptions['clock'];

  constructor(options: LeaseOptions) {
    super(options);
    this.#clock = options.clock;
  }

  override renew(_: MonotonicMs, term: number): boolean {
    this.acknowledged(this.#clock.monotonicMs(), term);
    return true;
  }
}

/** A judge that has told of a lapse of the next incarnation as well, before that one had a lease. */
export function foretellsLapses(options: ControllerOptions): ControllerOptions {
  return { ...options, lapses: (own) => new ForetoldLapses(own) };
}

class ForetoldLapses extends Lapses {
  readonly #foretold: Map<string, number>;

  constructor(options: LapsesOptions) {
    const foretold = new Map<string, number>();
    super({
      ...options,
      lapsed: (agent, incarnation) => {
        foretold.set(agent, incarnation + 1);
        options.lapsed(agent, incarnation);
      },
    });
    this.#foretold = foretold;
  }

  override given(agent: string, incarnation: number): void {
    if (this.#foretold.get(agent) === incarnation) this.lastsFor(agent, incarnation, 0);
    else super.given(agent, incarnation);
  }
}

/** A judge that knows of no lease but those that it has given itself. */
export function forgetsGivenLeases(options: ControllerOptions): ControllerOptions {
  return { ...options, lapses: (own) => new OwnLapses(own) };
}

class OwnLapses extends Lapses {
  override takenOver(agent: string, incarnation: number): void {
    this.lastsFor(agent, incarnation, 0);
  }
}

/** Does not look at the clock after it has prolonged an address. */
export class TrustingDriver extends LeasedDriver {
  protected override staysTooLong(): boolean {
    return false;
  }
}
