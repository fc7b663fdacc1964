import type { DriverDescriptor } from '../../../drivers/contract/driver.ts';
import type { LivenessContext } from '../../../machines/liveness/context.ts';
import { flapWords } from '../../../machines/liveness/flaps.ts';
import { type LoadBalancerContext, placedOn } from '../../../machines/load-balancer/context.ts';
import { type Claimant, claimantsOf } from '../../../machines/load-balancer/shadows.ts';
import type { AgentFacts } from '../../../machines/placement/candidates.ts';
import { type DeviceFacts, devicesOf } from '../../../machines/placement/devices.ts';
import { driverOf } from '../../../machines/protocol/device-name.ts';
import type { AgentView, DeviceView } from '../../api/services.ts';
import type { Loads } from './loads.ts';
import type { Hearing } from './proven-time.ts';
import { type StormAgent, StormBrake, type StormBrakeOptions } from './storm-brake.ts';
import { byRecord, isOlder, type Told } from './told.ts';

interface Known {
  readonly state: string;
  readonly context: LivenessContext;
  readonly told: Told;
}

export interface FleetViewOptions extends Omit<StormBrakeOptions, 'agents' | 'provenMs'> {
  readonly loads: Pick<Loads, 'bound' | 'standby' | 'onDevice'>;
  readonly resolveDriver: (name: string) => DriverDescriptor | null;
  readonly hearing: () => Hearing;
}

/** The agents as this controller sees them now. */
export class FleetView {
  readonly #agents = new Map<string, Known>();
  readonly #loads: Pick<Loads, 'bound' | 'standby' | 'onDevice'>;
  readonly #resolveDriver: (name: string) => DriverDescriptor | null;
  readonly brake: StormBrake;
  readonly hearing: () => Hearing;

  constructor(options: FleetViewOptions) {
    this.#loads = options.loads;
    this.#resolveDriver = options.resolveDriver;
    this.hearing = options.hearing;
    const provenMs = () => options.hearing().nowMs;
    this.brake = new StormBrake({ ...options, provenMs, agents: () => this.#stormAgents() });
  }

  /** False where something newer is known already. */
  note(agent: string, state: string, context: LivenessContext, told: Told): boolean {
    const known = this.#agents.get(agent);
    if (known !== undefined && isOlder(told, known.told)) return false;
    this.#agents.set(agent, { state, context, told });
    this.brake.note(agent, state, known !== undefined);
    return true;
  }

  *#stormAgents(): Iterable<StormAgent> {
    for (const [id, { state, context }] of this.#agents) {
      if (context.description !== null) yield { id, state, host: context.description.host };
    }
  }

  /**
   * Where the store has lost records, revisions go back, and what was told after one that is lost is
   * older than what is on record now. From now on, any word is newer than what is known.
   */
  believeAnew(agents: Iterable<string> = [...this.#agents.keys()]): void {
    for (const agent of agents) {
      const known = this.#agents.get(agent);
      if (known !== undefined) this.#agents.set(agent, { ...known, told: byRecord(0) });
    }
  }

  current(agent: string):
    | (Pick<LivenessContext, 'incarnation' | 'description' | 'cordon' | 'lapsed' | 'flapping'> & {
        readonly state: string;
      })
    | null {
    const known = this.#agents.get(agent);
    if (known === undefined) return null;
    const { incarnation, description, cordon, lapsed, flapping } = known.context;
    return { state: known.state, incarnation, description, cordon, lapsed, flapping };
  }

  /** What is known of those who may serve a load balancer by its record. */
  claimants(context: LoadBalancerContext): readonly Claimant[] {
    const isOnHosts = this.#resolveDriver(context.driver)?.devices === 'hosts';
    return claimantsOf(context).map(({ agent, incarnation }) => {
      const known = this.#agents.get(agent)?.context;
      // Only what runs on a host has a marker there, which keeps the order among its agents.
      const host = isOnHosts ? (known?.description?.host ?? null) : null;
      return { agent, incarnation, host, ended: (known?.lapsed ?? 0) >= incarnation };
    });
  }

  /** Is this very incarnation alive, as far as is known? */
  isAlive(agent: string, incarnation: number): boolean {
    const known = this.#agents.get(agent);
    return known?.state === 'alive' && known.context.incarnation === incarnation;
  }

  /** Does anybody live beside this one? */
  hasOthers(agent: string): boolean {
    for (const [id, { state }] of this.#agents) if (id !== agent && state === 'alive') return true;
    return false;
  }

  /** The agents that are not gone, and their devices, which may hold only so many load balancers. */
  limited(): ReadonlySet<string> {
    const limited = new Set<string>();
    for (const [id, { state, context }] of this.#agents) {
      if (context.description === null || state === 'dead' || state === 'retired') continue;
      const { capacity, devices } = context.description;
      if (capacity !== null) limited.add(id);
      for (const own of devices) if (own.capacity !== null) limited.add(own.device);
    }
    return limited;
  }

  /** Why this incarnation is over; null while it may still live. */
  verdictOn(agent: string, incarnation: number): string | null {
    const known = this.#agents.get(agent);
    if (known === undefined) return 'no such agent is known';
    if (known.context.incarnation > incarnation) return 'it has started anew';
    // A later one than is known here has registered elsewhere, where more is known of it.
    if (known.context.incarnation < incarnation) return null;
    if (known.state === 'dead') return known.context.reason ?? 'dead';
    if (known.state === 'retired') return 'it has retired';
    return null;
  }

  /** Who wants to be left, by its own goodbye or by an operator's word. */
  leaving(): readonly { readonly id: string; readonly incarnation: number }[] {
    return [...this.#agents].flatMap(([id, { state, context }]) => {
      const { incarnation, cordon } = context;
      const drained = cordon?.draining === true && state !== 'dead' && state !== 'retired';
      return state === 'draining' || drained ? [{ id, incarnation }] : [];
    });
  }

  /** To whom nothing new may come. */
  cordoned(): readonly { readonly id: string; readonly incarnation: number }[] {
    return [...this.#agents].flatMap(([id, { context }]) =>
      context.cordon === null ? [] : [{ id, incarnation: context.incarnation }],
    );
  }

  /** Who is taken only where nobody else can take something. */
  flapping(): readonly { readonly id: string; readonly incarnation: number }[] {
    return [...this.#agents].flatMap(([id, { context }]) =>
      context.flapping === null ? [] : [{ id, incarnation: context.incarnation }],
    );
  }

  /**
   * The devices that somebody has lost, each with its agents: why it is out of reach, or null. Of those only
   * that are heard of: what others said last may be old.
   */
  lostDevices(): ReadonlyMap<string, ReadonlyMap<string, string | null>> {
    const devices = new Set<string>();
    for (const { context } of this.#agents.values()) {
      for (const { device, lost } of context.description?.devices ?? []) {
        if (lost !== null) devices.add(device);
      }
    }
    const isHeard = (state: string): boolean => state === 'alive';
    return new Map([...devices].map((device) => [device, this.#reach(device, isHeard)]));
  }

  /** Does the agent drive this device, and not reach it? */
  hasLost(agent: string, device: string | null): boolean {
    const devices = this.#agents.get(agent)?.context.description?.devices ?? [];
    return devices.some((own) => own.device === device && own.lost !== null);
  }

  /** Why its holder can't configure the device that holds a load balancer; null where it can. */
  unreached(context: LoadBalancerContext): string | null {
    const device = placedOn(context);
    const holder = context.binding?.agent;
    if (device === null || holder === undefined) return null;
    const own = this.#reach(device).get(holder) ?? null;
    if (own === null) return null;
    const others = [...this.#reach(device)].filter(([agent]) => agent !== holder);
    if (others.some(([, lost]) => lost === null)) {
      return `agent ${holder} does not reach its device ${device}: ${own}`;
    }
    const more = others.length === 0 ? '' : ', nor does any other agent';
    return `agent ${holder} does not reach its device ${device}${more}, so it stays as it is: ${own}`;
  }

  /** Of those that live, who drives the device, and why it is out of reach; null where it is not. */
  #reach(
    device: string,
    counts = (state: string): boolean => state !== 'dead' && state !== 'retired',
  ): ReadonlyMap<string, string | null> {
    const reach = new Map<string, string | null>();
    for (const [id, { state, context }] of this.#agents) {
      if (!counts(state)) continue;
      const own = context.description?.devices.find((one) => one.device === device);
      if (own !== undefined) reach.set(id, own.lost);
    }
    return reach;
  }

  devices(): readonly DeviceFacts[] {
    return devicesOf(this.facts(), (device) => this.#loads.onDevice(device));
  }

  deviceViews(): readonly DeviceView[] {
    return this.devices().map(({ device, capacity, load }) => ({
      name: device,
      driver: driverOf(device),
      capacity,
      loadBalancers: load,
      agents: [...this.#reach(device)].map(([agent, lost]) => ({ agent, lost })),
    }));
  }

  facts(): readonly AgentFacts[] {
    const facts: AgentFacts[] = [];
    for (const [id, { state, context }] of this.#agents) {
      if (context.description === null) continue;
      const { host, devices, zone, capacity } = context.description;
      const { incarnation } = context;
      facts.push({
        id,
        incarnation,
        host,
        state,
        devices,
        zone,
        capacity,
        load: this.#loads.bound(id),
        cordoned: context.cordon !== null,
        awayUntil: state === 'restarting' ? (context.restart?.until ?? null) : null,
        flapping: context.flapping === null ? null : flapWords(context.flapping),
      });
    }
    return facts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  views(): readonly AgentView[] {
    const held = this.brake.view().reason;
    return this.facts().map((facts) => {
      const known = this.#agents.get(facts.id) as Known;
      const isHeld = held !== null && facts.state === 'suspect';
      return {
        id: facts.id,
        host: facts.host,
        incarnation: facts.incarnation,
        state: facts.state,
        reason: isHeld
          ? `${known.context.reason ?? 'suspect'}; the storm brake holds its verdict back: ${held}`
          : known.context.reason,
        devices: facts.devices,
        zone: facts.zone,
        capacity: facts.capacity,
        boundLoadBalancers: facts.load,
        standbyLoadBalancers: this.#loads.standby(facts.id),
        addresses: known.context.description?.addresses ?? [],
        sinceMs: known.context.since,
        cordon: known.context.cordon,
        awayUntil: facts.awayUntil,
        flapping: flappingView(known.context),
      };
    });
  }
}

const flappingView = ({ flapping }: LivenessContext): AgentView['flapping'] =>
  flapping === null ? null : { ...flapping, reason: flapWords(flapping) };
