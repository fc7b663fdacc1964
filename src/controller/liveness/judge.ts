import type { LivenessContext } from '../../../machines/liveness/context.ts';
import { type LivenessEvent, livenessMachine } from '../../../machines/liveness/machine.ts';
import { tooManyWitnesses } from '../../../machines/liveness/witnesses.ts';
import { Fault } from '../../../machines/model/fault.ts';
import type { Cancellation } from '../../../machines/ports/cancellation.ts';
import { type Clock, pause } from '../../../machines/ports/clock.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Random } from '../../../machines/ports/random.ts';
import {
  type AskRestartLease,
  type Goodbye,
  type GoodbyeReply,
  type Heartbeat,
  type HeartbeatReply,
  type Register,
  type RegisterReply,
  type RestartLeaseReply,
} from '../../../machines/protocol/agent-messages.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { ActorHost } from '../../host/actor-host.ts';
import type { Step } from '../../host/actor-kind.ts';
import type { HostTap } from '../../host/actor-tap.ts';
import { countUnexpected, worker } from '../../host/children.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Stores } from '../../ports/store.ts';
import type { StormBrake } from '../fleet/storm-brake.ts';
import type { Told } from '../fleet/told.ts';
import type { RecordFormats } from '../records/record-formats.ts';
import type { Mandate, MandateOptions } from '../shards/mandate.ts';
import { agentProbe } from './agent-probe.ts';
import { Denials } from './denials.ts';
import { flapClock } from './flap-clock.ts';
import { type Lapses, type LapsesOptions } from './lapses.ts';
import { livenessKind } from './liveness-kind.ts';
import { grantRestart, leaseClock } from './restart-lease.ts';

export interface JudgeOptions {
  readonly bus: Bus;
  readonly stores: Stores;
  readonly formats: RecordFormats;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly timings: Timings;
  readonly counters: { unexpected: number };
  /** Looks on at its agents' actors; nobody does without it. */
  readonly tap: HostTap | undefined;
  /** Milliseconds of good hearing so far: silence is measured on it. */
  readonly provenMs: () => number;
  /** The term under which the agent's shard is owned. */
  readonly term: (agent: string) => number;
  /** How many load balancers are bound to the agent. */
  readonly boundCount: (agent: string) => number;
  readonly lapses: (options: LapsesOptions) => Lapses;
  readonly mandate: (options: Pick<MandateOptions, 'clock' | 'host' | 'term'>) => Mandate;
  /** May hold verdicts back, of every kind. */
  readonly brake: Pick<StormBrake, 'holds'>;
  readonly stepped: (step: Step<LivenessContext>) => void;
  /** An agent's state, as far as others may act on it: verdicts at once, births once committed. */
  readonly known: (agent: string, state: string, context: LivenessContext, told: Told) => void;
}

/** The states of an agent in which it may say goodbye. */
const mayLeave: ReadonlySet<string> = new Set(['alive', 'suspect', 'restarting']);

/** What the wheel knows of one agent, in proven time. */
interface Hearing {
  incarnation: number;
  lastHeardMs: number;
  silent: boolean;
}

/**
 * Judges the agents whose shards this controller owns. Heartbeats stay in a wheel outside XState;
 * only its edges reach the liveness machines.
 */
export class Judge {
  readonly host: ActorHost<LivenessContext, LivenessEvent>;
  readonly #options: JudgeOptions;
  readonly #hearing = new Map<string, Hearing>();
  readonly #states = new Map<string, string>();
  readonly #lapses: Lapses;
  readonly #denials: Denials;
  readonly #mandate: Mandate;
  #told = 0;

  constructor(options: JudgeOptions) {
    const { clock, random, log, timings, stores, formats } = options;
    this.#options = options;
    const logic = livenessMachine.provide({
      actors: {
        probe: worker<LivenessEvent>(
          agentProbe({
            ...options,
            incarnation: (agent) => this.host.context(agent)?.incarnation ?? 0,
          }),
        ),
        emptying: worker<LivenessEvent>((agent, report, signal) =>
          this.#emptying(agent, report, signal),
        ),
        restartLease: leaseClock({ clock, timings, host: () => this.host }),
        quietTime: flapClock({ clock, timings, host: () => this.host }),
      },
      actions: { unexpected: countUnexpected(log, 'liveness', options.counters) },
    });
    const kind = livenessKind(formats.liveness, logic, stores.liveness, {
      stepped: (step) => this.#stepped(step),
      committed: (agent, context) => this.#known(agent, context),
      running: (agent) => this.#running(agent),
    });
    this.host = new ActorHost(kind, { clock, random, log, timings, tap: options.tap });
    const context = (agent: string) => this.host.context(agent);
    this.#denials = new Denials({ ...options, context });
    this.#mandate = options.mandate({ clock, host: () => this.host, term: options.term });
    this.#lapses = options.lapses({
      clock,
      lapseMs: timings.lapseMs,
      isOver: (agent, incarnation) => this.#verdict(agent, incarnation) !== null,
      denied: (agent, incarnation) => this.#denials.prove(agent, incarnation),
      lapsed: (agent, incarnation) => {
        this.#mandate.take(agent);
        const term = this.#mandate.termFor(agent);
        this.host.tell(agent, { type: 'lapsed', incarnation, term, at: clock.wallMs() });
      },
    });
  }

  stop(): void {
    this.host.stop();
  }

  /** Another controller judges this agent from now on. */
  abandon(agent: string): void {
    this.host.stopActor(agent);
    this.#hearing.delete(agent);
    this.#lapses.abandon(agent);
    this.#denials.abandon(agent);
    this.#states.delete(agent);
  }

  /** Takes over what a record says of an agent; it has to be heard anew from now on. */
  adopt(agent: string, text: string, revision: number): void {
    this.host.restore(agent, text, revision);
  }

  /** Null where somebody else may have to answer, because this judge may not speak for the agent's lease. */
  async register(request: Register): Promise<RegisterReply | null> {
    const { agent, incarnation, description } = request;
    this.host.birth(agent);
    const ended = this.#verdict(agent, incarnation);
    if (ended !== null) return { type: 'ended', ...ended };
    const unfit =
      this.#livesElsewhere(agent, incarnation, description.host) ??
      tooManyWitnesses(this.host.context(agent), request);
    if (unfit !== null) return { type: 'refused', reason: unfit };
    const { clock, timings: limits } = this.#options;
    const told = { agent, incarnation, description, limits, at: clock.wallMs() };
    const term = this.#mandate.termFor(agent, description);
    // A judge may declare only incarnations that are on record, so the answer waits for the commit.
    await this.host.ask(agent, { type: 'registered', ...told, term });
    const mayGive = await this.#mandate.obtain(agent);
    const overtaken = this.#verdict(agent, incarnation);
    if (overtaken !== null) return { type: 'ended', ...overtaken };
    if (!mayGive) return null;
    this.#heard(agent, incarnation);
    this.#lapses.given(agent, incarnation, this.#mandate.othersUntil(agent));
    return { type: 'accepted', term: this.#options.term(agent) };
  }

  /** Null as for `register`. */
  heartbeat(beat: Heartbeat): HeartbeatReply | null {
    const { agent, incarnation, sequence, leased } = beat;
    const mayGive = this.#mandate.holds(agent);
    const ended = this.#verdict(agent, incarnation);
    if (ended !== null) return { type: 'ended', ...ended };
    if (this.host.committedContext(agent)?.incarnation !== incarnation) return { type: 'unknown' };
    // Answered, so that it may come back; but one that hears nothing is as good as silent.
    if (leased) this.#heard(agent, incarnation);
    this.#noteStayed(agent, incarnation, sequence);
    this.#mandate.heardOf(agent, beat.term ?? 0);
    if (!mayGive) return null;
    this.#lapses.given(agent, incarnation, this.#mandate.othersUntil(agent, beat.term));
    const term = this.#options.term(agent);
    return { type: 'acknowledged', agent, incarnation, sequence, term };
  }

  async goodbye({ agent, incarnation }: Goodbye): Promise<GoodbyeReply> {
    const at = this.#options.clock.wallMs();
    // A leaving agent sends no heartbeats any more: asking again is its sign of life.
    if (this.host.context(agent)?.incarnation === incarnation) this.#heard(agent, incarnation);
    if (mayLeave.has(this.#states.get(agent) ?? '')) {
      await this.host.ask(agent, { type: 'goodbye', incarnation, at });
    }
    const state = this.#states.get(agent);
    const retired = state === 'retired' || state === undefined;
    return { retired, bound: this.#options.boundCount(agent) };
  }

  /** An agent that is about to be restarted is waited for, once that is on record. */
  async restart(asked: AskRestartLease): Promise<RestartLeaseReply> {
    const { agent, incarnation } = asked;
    const ended = this.#verdict(agent, incarnation);
    if (ended !== null) return { type: 'refused', reason: ended.reason, leaving: false };
    // As with a goodbye, asking again is its sign of life.
    if (this.host.context(agent)?.incarnation === incarnation) this.#heard(agent, incarnation);
    // Before it can know: whatever becomes of the answer.
    this.#lapses.kept(agent, asked.forMs);
    const { clock } = this.#options;
    return await grantRestart(this.host, asked, this.#mandate.termFor(agent), clock);
  }

  /** It was to be restarted, and lives on: perhaps it was never told that it is waited for. */
  #noteStayed(agent: string, incarnation: number, sequence: number): void {
    if (this.#states.get(agent) !== 'restarting') return;
    const at = this.#options.clock.wallMs();
    this.host.tell(agent, { type: 'stayed', incarnation, sequence, at });
  }

  /** Resolves with the revision of its record that says so; throws a Fault (404). */
  cordon(agent: string, draining: boolean): Promise<number> {
    return this.#ordered(agent, { type: 'cordon', draining, at: this.#options.clock.wallMs() });
  }

  uncordon(agent: string): Promise<number> {
    return this.#ordered(agent, { type: 'uncordon', at: this.#options.clock.wallMs() });
  }

  trust(agent: string): Promise<number> {
    return this.#ordered(agent, { type: 'trusted', at: this.#options.clock.wallMs() });
  }

  async #ordered(agent: string, order: LivenessEvent): Promise<number> {
    if ((this.host.context(agent)?.incarnation ?? 0) === 0) {
      throw new Fault(404, `Agent ${agent} not found.`);
    }
    await this.host.ask(agent, order);
    return this.host.actor(agent)?.revision ?? 0;
  }

  /** The server says that a connection with this agent's name was closed. */
  connectionClosed(agent: string, reason: string): void {
    const incarnation = this.host.context(agent)?.incarnation;
    if (incarnation === undefined) return;
    const at = this.#options.clock.wallMs();
    this.host.tell(agent, { type: 'connection.closed', incarnation, reason, at });
  }

  /** What it was on another host may still serve there, and its name is all by which it is known. */
  #livesElsewhere(agent: string, incarnation: number, host: string): string | null {
    const known = this.host.context(agent);
    const before = known?.description?.host ?? host;
    if (known === null || before === host || known.lapsed >= known.incarnation) return null;
    if (known.incarnation === incarnation) return null;
    return `agent ${agent} has lived on host ${before}, and its lease there has not ended yet`;
  }

  /** Says why an incarnation is over for good; null while it may serve. */
  #verdict(agent: string, incarnation: number): { incarnation: number; reason: string } | null {
    const context = this.host.context(agent);
    if (context === null || context.incarnation === 0) return null;
    if (context.incarnation > incarnation) {
      const reason = 'a newer incarnation of this agent has registered';
      return { incarnation: context.incarnation, reason };
    }
    const state = this.#states.get(agent);
    if (context.incarnation === incarnation && (state === 'dead' || state === 'retired')) {
      return { incarnation, reason: context.reason ?? state };
    }
    return null;
  }

  #heard(agent: string, incarnation: number): void {
    const hearing = this.#hearing.get(agent);
    const lastHeardMs = this.#options.provenMs();
    if (hearing === undefined || hearing.incarnation !== incarnation) {
      this.#hearing.set(agent, { incarnation, lastHeardMs, silent: false });
      return;
    }
    hearing.lastHeardMs = lastHeardMs;
    if (hearing.silent) {
      hearing.silent = false;
      this.host.tell(agent, { type: 'heard', incarnation, at: this.#options.clock.wallMs() });
    }
  }

  /** Looks who has been silent for too long; called as proven time goes on. */
  turnWheel(): void {
    this.#lapses.look();
    const { timings, clock, brake } = this.#options;
    const now = this.#options.provenMs();
    let isHeld: boolean | null = null;
    for (const [agent, hearing] of this.#hearing) {
      // Its silence is expected; it counts once nobody waits for it any more.
      if (this.#states.get(agent) === 'restarting') continue;
      const silenceMs = now - hearing.lastHeardMs;
      if (silenceMs < timings.suspectAfterMs) continue;
      const { incarnation } = hearing;
      const at = clock.wallMs();
      if (!hearing.silent) {
        hearing.silent = true;
        this.host.tell(agent, { type: 'silent', incarnation, at });
      }
      if (silenceMs < timings.deadAfterMs) continue;
      isHeld ??= brake.holds();
      if (!isHeld) {
        this.#hearing.delete(agent);
        this.host.tell(agent, { type: 'expired', incarnation, at });
      }
    }
  }

  #stepped(step: Step<LivenessContext>): void {
    this.#states.set(step.id, step.to);
    if (step.to === 'dead' || step.to === 'retired') this.#hearing.delete(step.id);
    // A probe that was answered is a sign of life like a heartbeat.
    if (step.to === 'alive' && step.event.type === 'probe.answered') {
      const hearing = this.#hearing.get(step.id);
      if (hearing !== undefined) {
        hearing.silent = false;
        hearing.lastHeardMs = this.#options.provenMs();
      }
    }
    this.#lapses.noteKept(step.id, step.after.keptUntil);
    this.#options.stepped(step);
    const committed = this.host.committedContext(step.id);
    // Records may name only incarnations that are on record themselves (R13); verdicts need not wait.
    if (committed?.incarnation === step.after.incarnation) this.#known(step.id, step.after);
  }

  #known(agent: string, context: LivenessContext): void {
    const state = this.#states.get(agent);
    if (state === undefined || context.incarnation === 0) return;
    this.#told += 1;
    const revision = this.host.actor(agent)?.revision ?? 0;
    const told = { revision, term: this.#options.term(agent), sequence: this.#told };
    // That a lease has ended counts once it is on record: a later judge may have given it anew meanwhile (R14).
    const lapsed = this.host.committedContext(agent)?.lapsed ?? 0;
    this.#options.known(agent, state, { ...context, lapsed }, told);
  }

  /** Tells what it knows of an agent once more. */
  tellAgain(agent: string): void {
    const context = this.host.context(agent);
    const committed = this.host.committedContext(agent);
    if (context === null || committed?.incarnation !== context.incarnation) return;
    this.#known(agent, context);
  }

  #running(agent: string): void {
    const actor = this.host.actor(agent);
    const snapshot = actor?.snapshot ?? null;
    const context = actor?.context ?? null;
    if (snapshot === null || context === null || context.incarnation === 0) return;
    if (this.#mandate.isOver(agent)) return this.abandon(agent);
    const state = String(snapshot.value);
    this.#states.set(agent, state);
    if (state !== 'dead' && state !== 'retired') this.#heard(agent, context.incarnation);
    const { restartLeaseMs } = this.#options.timings;
    this.#lapses.keptOnRecord(agent, context.keptUntil, restartLeaseMs);
    const othersUntil = this.#mandate.othersUntil(agent);
    for (const incarnation of [context.incarnation - 1, context.incarnation]) {
      if (incarnation > context.lapsed) this.#lapses.takenOver(agent, incarnation, othersUntil);
    }
    this.#mandate.take(agent);
    this.#known(agent, context);
  }

  /** Looks until nothing is bound to the agent any more. */
  async #emptying(
    agent: string,
    report: (event: LivenessEvent) => void,
    signal: Cancellation,
  ): Promise<void> {
    const { clock, timings, boundCount } = this.#options;
    const incarnation = this.host.context(agent)?.incarnation ?? 0;
    while (!signal.aborted) {
      if (boundCount(agent) === 0) {
        report({ type: 'emptied', incarnation, at: clock.wallMs() });
        return;
      }
      await pause(clock, timings.retryMs, signal);
    }
  }
}
