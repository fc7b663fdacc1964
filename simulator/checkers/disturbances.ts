import type { Observer } from '../world/events.ts';

/** What a fault disturbs: one agent, the controllers and stores, devices, or everything. */
type Reach = 'agent' | 'control plane' | 'devices' | 'everything';

export interface Disturbance {
  readonly kind: string;
  readonly reach: Reach;
  /** The agent, where it disturbs one. */
  readonly agent: string;
  readonly fromMs: number;
  /** Infinite where only the healing at the end is known to end it. */
  readonly untilMs: number;
}

/** The world's processes, by id. */
export interface Disturbable {
  agentIds(): readonly string[];
  controllerIds(): readonly string[];
  /** The agents of a host; none for anything else. */
  agentsOf(host: string): readonly string[];
}

/**
 * Who was disturbed when, by the faults that have begun. What must hold within a time can only be
 * asked for where nothing else is wrong; a kind of fault that is not known here disturbs everything.
 */
export class Disturbances {
  readonly #world: Disturbable;
  readonly #agents: ReadonlySet<string>;
  readonly #controllers: ReadonlySet<string>;
  readonly #all: Disturbance[] = [];

  constructor(world: Disturbable) {
    this.#world = world;
    this.#agents = new Set(world.agentIds());
    this.#controllers = new Set(world.controllerIds());
  }

  readonly observer: Observer = (event, atMs) => {
    if (event.type !== 'fault' || event.phase !== 'begins') return;
    const { kind, target, forMs } = event;
    const untilMs = forMs === null || forMs === 0 ? Number.POSITIVE_INFINITY : atMs + forMs;
    const onHost = this.#world.agentsOf(target);
    for (const agent of onHost) {
      this.#all.push({ kind, reach: 'agent', agent, fromMs: atMs, untilMs });
    }
    if (onHost.length > 0) return;
    const reach = this.#reachOf(kind, target);
    const agent = reach === 'agent' ? target : '';
    this.#all.push({ kind, reach, agent, fromMs: atMs, untilMs });
  };

  /** What was wrong with the agent itself at any time since then. */
  ofAgent(agent: string, sinceMs: number): readonly Disturbance[] {
    return this.#all.filter(
      (each) => each.untilMs >= sinceMs && (each.agent === agent || each.reach === 'everything'),
    );
  }

  /** Was anything wrong with the controllers, the stores or the network at any time since then? */
  ofControlPlane(sinceMs: number): boolean {
    return this.#all.some(
      ({ reach, untilMs }) =>
        untilMs >= sinceMs && (reach === 'control plane' || reach === 'everything'),
    );
  }

  /** Everything that was wrong at any time since then. */
  since(sinceMs: number): readonly Disturbance[] {
    return this.#all.filter(({ untilMs }) => untilMs >= sinceMs);
  }

  #reachOf(kind: string, target: string): Reach {
    // A partition is named after one side of it, and befalls the other as well.
    if (kind.startsWith('network-')) return 'everything';
    if (this.#agents.has(target)) return 'agent';
    if (this.#controllers.has(target) || kind.startsWith('store-')) return 'control plane';
    return kind.startsWith('device-') || kind === 'marker-damaged' ? 'devices' : 'everything';
  }
}
