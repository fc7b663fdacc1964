import type { Cancellation } from '../../../machines/ports/cancellation.ts';
import type { Clock, MonotonicMs } from '../../../machines/ports/clock.ts';
import type { Seat } from '../../../machines/protocol/seat.ts';
import type { PacingView } from '../../api/services.ts';

/** How many commands a controller has under way to one agent at most, where nothing else is configured. */
export const commandsInFlightDefault = 128;
/** So many takeovers in a row may go before others that wait; then one of those goes. */
export const takeoversInARowMax = 8;

/** A takeover is of what nobody looks after: it goes before everything else that waits. */
export type Haste = 'takeover' | 'ordinary';

/** What wants to be sent, and to whom. */
export interface Turn {
  readonly id: string;
  readonly seat: Seat;
  readonly haste: Haste;
  readonly signal: Cancellation;
}

interface Waiting extends Turn {
  readonly sinceMs: MonotonicMs;
  readonly go: (mayGo: boolean) => void;
}

/** Commands to one life of one agent: what is still under way to a former one holds nobody up. */
interface Lane {
  readonly agent: string;
  running: number;
  inARow: number;
  readonly waiting: Readonly<Record<Haste, Set<Waiting>>>;
}

export interface PacerOptions {
  readonly clock: Clock;
  readonly commandsInFlight: number;
}

export const pacerOf = ({
  clock,
  commandsInFlight = commandsInFlightDefault,
}: Pick<PacerOptions, 'clock'> & Partial<PacerOptions>): Pacer =>
  new Pacer({ clock, commandsInFlight });

/**
 * Paces work in flight: so many commands to one agent are under way at once, and the others wait. It is no rate:
 * whoever is fast gets more. Takeovers go first, and each kind in the order of its coming.
 */
export class Pacer {
  readonly #options: PacerOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /** Works when it is its turn; null where the signal has come before that. */
  async run<T>(turn: Turn, work: () => Promise<T>): Promise<T | null> {
    const key = `${turn.seat.agent} ${turn.seat.incarnation}`;
    const lane = this.#laneOf(key, turn.seat.agent);
    if (lane.running < this.#options.commandsInFlight) lane.running += 1;
    else if (!(await this.#waits(lane, turn))) return null;
    try {
      return await work();
    } finally {
      lane.running -= 1;
      this.#next(lane);
      if (lane.running === 0) this.#lanes.delete(key);
    }
  }

  /** Is any command under way? */
  get isBusy(): boolean {
    return this.#lanes.size > 0;
  }

  /** An operator wants all that waits now to be sent at once, to this agent or to all. */
  release(agent: string | null): void {
    for (const lane of this.#lanes.values()) {
      if (agent !== null && lane.agent !== agent) continue;
      for (const each of [...lane.waiting.takeover, ...lane.waiting.ordinary]) this.#go(lane, each);
    }
  }

  /** Why this one is not sent yet; null where it is not kept waiting. */
  reason(id: string): string | null {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return null;
    const { agent } = waiting.seat;
    return `waits for its turn: as many commands as may be (${this.#options.commandsInFlight}) are under way to agent ${agent}`;
  }

  view(): PacingView {
    const { clock, commandsInFlight } = this.#options;
    const nowMs = clock.monotonicMs();
    const agents = new Map<string, PacingView['agents'][number]>();
    for (const { agent, running, waiting } of this.#lanes.values()) {
      const before = agents.get(agent) ?? {
        agent,
        inFlight: 0,
        waiting: 0,
        takeovers: 0,
        waitsMs: 0,
      };
      const [first] = [...waiting.takeover, ...waiting.ordinary]
        .map(({ sinceMs }) => sinceMs)
        .toSorted((a, b) => a - b);
      agents.set(agent, {
        agent,
        inFlight: before.inFlight + running,
        waiting: before.waiting + waiting.takeover.size + waiting.ordinary.size,
        takeovers: before.takeovers + waiting.takeover.size,
        waitsMs: Math.max(before.waitsMs, first === undefined ? 0 : nowMs - first),
      });
    }
    const inOrder = [...agents.values()].toSorted((a, b) => (a.agent < b.agent ? -1 : 1));
    return { commandsInFlight, agents: inOrder };
  }

  #laneOf(key: string, agent: string): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = {
        agent,
        running: 0,
        inARow: 0,
        waiting: { takeover: new Set(), ordinary: new Set() },
      };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** Resolves to true with a place among those that run; to false once nobody wants it any more. */
  #waits(lane: Lane, turn: Turn): Promise<boolean> {
    return new Promise((resolve) => {
      const { id, haste, signal } = turn;
      const givenUp = (): void => waiting.go(false);
      const waiting: Waiting = {
        ...turn,
        sinceMs: this.#options.clock.monotonicMs(),
        go: (mayGo) => {
          signal.removeEventListener('abort', givenUp);
          lane.waiting[haste].delete(waiting);
          if (this.#waiting.get(id) === waiting) this.#waiting.delete(id);
          resolve(mayGo);
        },
      };
      lane.waiting[haste].add(waiting);
      this.#waiting.set(id, waiting);
      signal.addEventListener('abort', givenUp);
    });
  }

  #next(lane: Lane): void {
    if (lane.running >= this.#options.commandsInFlight) return;
    const { takeover, ordinary } = lane.waiting;
    const [first] = takeover;
    const [other] = ordinary;
    const isOthersTurn = lane.inARow >= takeoversInARowMax && other !== undefined;
    const next = first === undefined || isOthersTurn ? other : first;
    if (next !== undefined) this.#go(lane, next);
  }

  #go(lane: Lane, waiting: Waiting): void {
    lane.running += 1;
    lane.inARow = waiting.haste === 'takeover' ? lane.inARow + 1 : 0;
    waiting.go(true);
  }
}
