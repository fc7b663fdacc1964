import type { Timings } from '../../machines/timings/timings.ts';
import { deviceFailure } from '../faults/device-failure.ts';
import type { Fault } from '../faults/fault.ts';
import { faultKind } from '../faults/index.ts';
import type { Observer } from '../world/events.ts';
import { applianceName } from '../world/places.ts';
import type { World } from '../world/world.ts';

/** What a fault disturbs: one agent, the controllers and stores, a device, a load balancer, or everything. */
type Reach = 'agent' | 'control plane' | 'device' | 'load balancer' | 'everything';

export interface Disturbance {
  readonly kind: string;
  readonly reach: Reach;
  /** The agent, the device, or the load balancer's name, where it disturbs one; empty: all of them. */
  readonly target: string;
  readonly fromMs: number;
  /** When it ends; infinite where it stays for good, or while some of it is still to come. */
  readonly untilMs: number;
  /** Until when something may suffer from it: of what is over at once, for longer. */
  readonly feltUntilMs: number;
  /** It stays for good: who can work around it has to, once that is known. */
  readonly isForGood: boolean;
}

/** Of what something may be disturbed. */
export interface Touched {
  readonly agents: readonly string[];
  /** The place where it is served. */
  readonly device: string;
  /** The load balancer's name. */
  readonly loadBalancer: string;
}

/** One that comes about by and by: so many calls that fail. */
interface Pending {
  readonly fault: Fault;
  readonly disturbances: { untilMs: number; feltUntilMs: number }[];
}

/**
 * For how long something may suffer from what is over at once: a device that has refused the last of the calls
 * is tried again within its backoff, and what was changed or damaged there is found by the next sweep.
 */
export function aftermathMs(kind: string, timings: Timings): number {
  const ofDevices = /^(device|marker|member)-/.test(kind);
  return ofDevices ? Math.max(timings.deviceRetryMaxMs, timings.sweepMs) : timings.retryMaxMs;
}

/** By then the others do what a controller did that is broken for good. */
const controllerLossMs = 30_000;

/**
 * Who was disturbed when, by the faults that have begun. What must hold within a time can only be
 * asked for where nothing else is wrong; a kind of fault that is not known here disturbs everything.
 */
export class Disturbances {
  readonly #world: World;
  readonly #all: Disturbance[] = [];
  #pending: readonly Pending[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  readonly observer: Observer = (event, atMs) => {
    if (this.#pending.length > 0) this.#endWhatHasCome(atMs);
    if (event.type !== 'fault' || event.phase !== 'begins') return;
    const { kind, target, detail: variant, forMs } = event;
    this.#begin({ kind, target, variant, forMs, atMs });
  };

  /** What was wrong with the agent itself at any time since then. */
  ofAgent(agent: string, sinceMs: number): readonly Disturbance[] {
    return this.since(sinceMs).filter(
      ({ reach, target }) => reach === 'everything' || (reach === 'agent' && target === agent),
    );
  }

  /** Was anything wrong with the controllers, the stores or the network at any time since then? */
  ofControlPlane(sinceMs: number): boolean {
    return this.since(sinceMs).some(
      ({ reach }) => reach === 'control plane' || reach === 'everything',
    );
  }

  /** What was wrong with these themselves at any time since then, whatever befell the others. */
  touching({ agents, device, loadBalancer }: Touched, sinceMs: number): readonly Disturbance[] {
    return this.since(sinceMs).filter(({ reach, target }) => {
      if (reach === 'agent') return agents.includes(target);
      if (reach === 'device') return target === '' || target === device;
      return reach === 'load balancer' && target === loadBalancer;
    });
  }

  /** Everything that was wrong at any time since then. */
  since(sinceMs: number): readonly Disturbance[] {
    return this.#all.filter(({ feltUntilMs }) => feltUntilMs >= sinceMs);
  }

  #begin(fault: Fault): void {
    const { kind, atMs, forMs } = fault;
    // It is told before it does anything.
    const isPending = forMs === 0 && faultKind(kind).isPending !== undefined;
    const untilMs = forMs === null || isPending ? Number.POSITIVE_INFINITY : atMs + forMs;
    const feltUntilMs = forMs === 0 ? untilMs + aftermathMs(kind, this.#timings) : untilMs;
    const when = { fromMs: atMs, untilMs, feltUntilMs, isForGood: forMs === null };
    const begun = this.#touchedBy(fault).map((touched) => {
      const isLoss = when.isForGood && touched.reach === 'control plane';
      const loss = isLoss ? { feltUntilMs: atMs + controllerLossMs } : {};
      return { kind, ...touched, ...when, ...loss };
    });
    this.#all.push(...begun);
    if (isPending) this.#pending = [...this.#pending, { fault, disturbances: begun }];
  }

  #endWhatHasCome(atMs: number): void {
    const over = this.#pending.filter(({ fault }) => !this.#isPending(fault));
    if (over.length === 0) return;
    for (const { fault, disturbances } of over) {
      for (const each of disturbances) {
        each.untilMs = atMs;
        each.feltUntilMs = atMs + aftermathMs(fault.kind, this.#timings);
      }
    }
    this.#pending = this.#pending.filter((each) => !over.includes(each));
  }

  #isPending(fault: Fault): boolean {
    return faultKind(fault.kind).isPending?.(this.#world, fault) === true;
  }

  #touchedBy({ kind, target }: Fault): readonly Pick<Disturbance, 'reach' | 'target'>[] {
    const world = this.#world;
    const onHost = world.agentsOf(target);
    if (onHost.length > 0) return onHost.map((agent) => ({ reach: 'agent', target: agent }));
    // A partition is named after one side of it, and befalls the other as well.
    if (kind.startsWith('network-')) return [{ reach: 'everything', target: '' }];
    if (world.agentIds().includes(target)) return [{ reach: 'agent', target }];
    const ofControllers = world.controllerIds().includes(target);
    if (ofControllers || kind.startsWith('store-')) return [{ reach: 'control plane', target: '' }];
    // Its target says how many calls fail.
    if (kind === deviceFailure.name) return [{ reach: 'device', target: applianceName }];
    if (kind.startsWith('device-') && (target === '' || world.places.has(target))) {
      return [{ reach: 'device', target }];
    }
    const ofLoadBalancers = /^(device|marker|member)-/.test(kind);
    return [ofLoadBalancers ? { reach: 'load balancer', target } : { reach: 'everything', target }];
  }

  get #timings(): Timings {
    return this.#world.options.timings;
  }
}
