import { presets, type Timings } from '../machines/timings/timings.ts';
import { whyNotBound } from './checkers/bound-at-the-end.ts';
import type { CheckerContext } from './checkers/checker.ts';
import { differences } from './checkers/device-equals-desired.ts';
import { whyNotOwned } from './checkers/every-shard-owned.ts';
import { checkerKinds } from './checkers/index.ts';
import { untruths } from './checkers/statuses-tell-the-truth.ts';
import { Chronicle, type Line } from './chronicle.ts';
import { Coverage } from './coverage/coverage.ts';
import { Disturbances } from './evidence/disturbances.ts';
import { type Judgement, Judgements } from './evidence/judgements.ts';
import { seatsOf } from './evidence/records.ts';
import { Rest, restMs } from './evidence/rest.ts';
import { FaultSchedule } from './faults/schedule.ts';
import { MarkWatch } from './marks/mark-watch.ts';
import type { Plan, Scenario, Size } from './scenarios/scenario.ts';
import { Clients } from './workload/clients.ts';
import type { Observer } from './world/events.ts';
import type { WorldParts } from './world/parts.ts';
import { RandomStream } from './world/random-streams.ts';
import type { Trace } from './world/trace.ts';
import type { TrafficSums } from './world/traffic.ts';
import { World } from './world/world.ts';

/** Shards of the virtual deployment: a few, so that each start stays cheap. */
const shards = 8;
/** How long a fleet without faults may take to come up. */
const bootLimitMs = 15_000;
/** How long a healed world may take until everything is as wanted, and then until it rests. */
const convergeLimitMs = 60_000;
const restLimitMs = 60_000;
/** How often it is looked whether all is as wanted: a look takes longer than most steps. */
const lookEveryMs = 200;
/** How many events are shown with a violation. */
const leadCount = 12;

export interface RunOptions extends Partial<Size> {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly parts?: Partial<WorldParts>;
  readonly trace?: Trace;
  /** Replaces the drawn plan: to run one that was kept or edited. */
  readonly plan?: Plan;
  /** The scenario's own where it is not given. */
  readonly timings?: Timings;
  readonly onLine?: (line: Line) => void;
  /** Is given the plan before anything happens. */
  readonly onPlan?: (plan: Plan) => void;
  /** Is given the world before anything happens. */
  readonly onWorld?: (world: World) => void;
  /** The world is up; the plan's times count from now. */
  readonly onBegin?: () => void;
  /** Sees everything that happens, and changes nothing. */
  readonly observer?: Observer;
}

export interface Violation {
  readonly checker: string;
  readonly message: string;
  readonly loadBalancer: string;
  readonly atMs: number;
  /** The few events that led to it, oldest first. */
  readonly events: readonly Line[];
}

export interface RunResult {
  readonly seed: number;
  readonly ok: boolean;
  readonly scenario: string;
  readonly virtualMs: number;
  readonly steps: number;
  /** How often a load balancer was given to another holder than before. */
  readonly rebinds: number;
  readonly hash: string;
  readonly traffic: TrafficSums;
  /** Did its hosts serve at addresses that move by lease? */
  readonly vips: boolean;
  /** How long stale content stood on devices whose fence can't prevent it. */
  readonly exposureMs: number;
  /** The names of the marks that were reached. */
  readonly marks: readonly string[];
  /** The names of the transitions that machines took. */
  readonly transitions: readonly string[];
  /** Of each checker that excuses, how often it has judged. */
  readonly judgements: readonly Judgement[];
  readonly violations: readonly Violation[];
}

/** The size of a run: the scenario's own, or drawn from the seed, but for what is asked for. */
export function sizeOf(run: RunOptions): Size {
  const { scenario, seed } = run;
  const own = {
    ...(scenario.drawSize?.(new RandomStream(seed, 'size')) ?? scenario.size),
    ...scenario.drawFeatures?.(new RandomStream(seed, 'features')),
  };
  return {
    controllers: run.controllers ?? own.controllers,
    agents: run.agents ?? own.agents,
    agentsPerHost: run.agentsPerHost ?? own.agentsPerHost ?? 1,
    vips: run.vips ?? own.vips ?? false,
    witnesses: run.witnesses ?? own.witnesses ?? false,
    queued: run.queued ?? own.queued ?? false,
    unfenced: run.unfenced ?? own.unfenced ?? false,
    rebalance: run.rebalance ?? own.rebalance ?? false,
    capacity: run.capacity ?? own.capacity ?? null,
    loadBalancers: run.loadBalancers ?? own.loadBalancers,
  };
}

/** What was asked for, or the scenario's own. */
export function timingsOf({
  timings,
  scenario,
}: Pick<RunOptions, 'timings' | 'scenario'>): Timings {
  return timings ?? scenario.timings ?? presets.lan;
}

function rounded({ unservedMs, twiceMs }: TrafficSums): TrafficSums {
  // A part of a millisecond at two places is not none.
  return { unservedMs: Math.round(unservedMs), twiceMs: Math.ceil(twiceMs) };
}

/** Runs one seed of a scenario, from an empty world to its rest. */
export async function simulate(options: RunOptions): Promise<RunResult> {
  const run = new Run(options);
  await run.live();
  return run.result();
}

class Run {
  readonly #options: RunOptions;
  readonly #size: Size;
  readonly #world: World;
  readonly #clients: Clients;
  readonly #faults: FaultSchedule;
  readonly #chronicle: Chronicle;
  readonly #rest = new Rest(() => this.#faults.core);
  readonly #marks: MarkWatch;
  readonly #disturbances: Disturbances;
  readonly #judgements = new Judgements();
  #transitions: readonly string[] = [];
  readonly #violations: Violation[] = [];
  readonly #finish: (() => void)[] = [];
  #rebinds = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    const { seed, scenario, parts, trace, onLine } = options;
    this.#size = sizeOf(options);
    this.#world = new World({
      seed,
      timings: timingsOf(options),
      ...this.#size,
      shards,
      ...(parts === undefined ? {} : { parts }),
      ...(trace === undefined ? {} : { trace }),
    });
    options.onWorld?.(this.#world);
    this.#clients = new Clients(this.#world);
    this.#faults = new FaultSchedule(this.#world);
    this.#chronicle = new Chronicle(onLine);
    this.#world.observe(this.#chronicle.observer);
    this.#world.observe(this.#countRebinds());
    this.#disturbances = new Disturbances(this.#world);
    this.#world.observe(this.#rest.observer);
    this.#marks = new MarkWatch(this.#world);
    this.#world.observe(this.#marks.observer);
    this.#world.observe(this.#disturbances.observer);
    if (options.observer !== undefined) this.#world.observe(options.observer);
    for (const kind of [...checkerKinds, ...(scenario.checkers ?? [])]) {
      if (kind.excuses === true) this.#judgements.begin(kind.name);
      const checker = kind.start(this.#contextFor(kind.name));
      if (checker.onEvent !== undefined) this.#world.observe(checker.onEvent);
      if (checker.atEnd !== undefined) this.#finish.push(checker.atEnd);
    }
  }

  async live(): Promise<void> {
    const coverage = new Coverage();
    coverage.begin();
    try {
      await this.#live();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#contextFor('no-unexpected-events').violate(`the run broke: ${text}`);
    } finally {
      this.#transitions = coverage.end();
    }
  }

  result(): RunResult {
    const { seed, scenario } = this.#options;
    const { time, steps, trace } = this.#world;
    return {
      seed,
      ok: this.#violations.length === 0,
      scenario: scenario.name,
      virtualMs: Math.round(time.nowMs),
      steps,
      rebinds: this.#rebinds,
      hash: trace.digest(),
      traffic: rounded(this.#world.traffic.sums(time.nowMs)),
      vips: this.#size.vips ?? false,
      exposureMs: Math.round(this.#world.exposure.totalMs(time.nowMs)),
      marks: this.#marks.reached(),
      transitions: this.#transitions,
      judgements: this.#judgements.all(),
      violations: this.#violations,
    };
  }

  async #live(): Promise<void> {
    const world = this.#world;
    await world.startControllers();
    const plan = this.#plan();
    this.#options.onPlan?.(plan);
    const present = world.agentIds().filter((id) => plan.absent?.includes(id) !== true);
    for (const id of present) world.background(world.agentHost(id).start());
    const booted = () => present.every((id) => world.agent(id)?.state === 'serving');
    if (!(await world.runUntil(booted, bootLimitMs))) {
      if (this.#violations.length > 0) return;
      throw new Error(`the fleet did not come up within ${bootLimitMs} ms`);
    }
    this.#options.onBegin?.();
    this.#clients.schedule(plan.work);
    this.#faults.begin(plan.faults);
    await world.run(plan.untilMs);
    this.#faults.heal();
    // A world that was held up until now looks converged and at rest, and has not begun to react.
    await world.run(restMs);
    await world.runUntil(
      this.#nowAndThen(() => this.#converged()),
      convergeLimitMs,
    );
    await world.runUntil(() => this.#rested(), restLimitMs);
    if (this.#violations.length > 0) return;
    for (const atEnd of this.#finish) atEnd();
  }

  #plan(): Plan {
    const { scenario, plan } = this.#options;
    const { loadBalancers } = this.#size;
    if (plan !== undefined) return plan;
    return scenario.plan((name) => this.#world.stream(name), {
      loadBalancers,
      ids: this.#world.agentIds(),
      controllerIds: this.#world.controllerIds(),
      hosts: this.#world.inventory.hosts,
      devices: this.#world.inventory.devices,
      vips: this.#size.vips ?? false,
      unfenced: this.#size.unfenced ?? false,
    });
  }

  #converged(): boolean {
    const world = this.#world;
    if (!this.#clients.idle) return false;
    const { core } = this.#faults;
    const serving = this.#faults.controllers.flatMap(
      (id) => world.controllerHost(id).controller ?? [],
    );
    return (
      serving.length === this.#faults.controllers.length &&
      core.every((id) => world.agent(id)?.state === 'serving') &&
      whyNotOwned(world, serving) === null &&
      serving.every((controller) =>
        controller.loadBalancers.list().every((view) => whyNotBound(world, core, view) === null),
      ) &&
      differences(world, core).length === 0 &&
      // What got lost of it is told again within `healthRefreshMs`.
      untruths(world, serving).length === 0
    );
  }

  /** The same question, but asked only every now and then; in between, the answer is no. */
  #nowAndThen(ask: () => boolean): () => boolean {
    const { time } = this.#world;
    let nextMs = time.nowMs;
    return () => {
      if (time.nowMs < nextMs) return false;
      nextMs = time.nowMs + lookEveryMs;
      return ask();
    };
  }

  #rested(): boolean {
    return this.#world.time.nowMs - this.#rest.last.atMs >= restMs;
  }

  #countRebinds(): Observer {
    const holders = new Map<string, string>();
    return (event) => {
      if (event.type !== 'stored' || event.bucket !== 'binding') return;
      const { change } = event;
      if (change.type !== 'put') return;
      const { binding } = seatsOf(change.value);
      if (binding === null) return;
      const holder = `${binding.agent} ${binding.incarnation}`;
      const before = holders.get(change.key);
      if (before !== undefined && before !== holder) this.#rebinds += 1;
      holders.set(change.key, holder);
    };
  }

  #isTold(checker: string, message: string, loadBalancer: string): boolean {
    return this.#violations.some(
      (told) =>
        told.checker === checker && told.message === message && told.loadBalancer === loadBalancer,
    );
  }

  #contextFor(checker: string): CheckerContext {
    const note = (message: string, loadBalancer: string): void => {
      // Whoever looks at each controller may find the same at all of them.
      if (this.#isTold(checker, message, loadBalancer)) return;
      const atMs = Math.round(this.#world.time.nowMs);
      const events = this.#chronicle.leadingTo(loadBalancer, leadCount);
      this.#violations.push({ checker, message, loadBalancer, atMs, events });
    };
    return {
      world: this.#world,
      ledger: this.#clients.ledger,
      rest: this.#rest,
      disturbances: this.#disturbances,
      core: () => this.#faults.core,
      controllers: () =>
        this.#faults.controllers.flatMap((id) => this.#world.controllerHost(id).controller ?? []),
      violate: (message, loadBalancer = '') => {
        note(message, loadBalancer);
        this.#world.halt();
      },
      violateAndMeasure: (message, loadBalancer, forMs) => {
        note(message, loadBalancer);
        this.#world.time.schedule(forMs, checker, () => this.#world.halt());
      },
      judges: (isExcused) => {
        this.#judgements.count(checker, isExcused);
        return !isExcused;
      },
    };
  }
}
