import type { Actor, AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';
import { RecordTooLarge, type WriteResult } from '../ports/store.ts';
import {
  type ActorCondition,
  ActorFailure,
  type ActorKind,
  mailboxMax,
  stateName,
} from './actor-kind.ts';
import { readUntilKnown } from './commit.ts';
import type { GateKeeper } from './gate.ts';
import { gatedActor } from './gated-actor.ts';
import type { HostServices } from './host-services.ts';
import { stopWithChildren } from './children.ts';
import { OwnRecord } from './own-record.ts';
import { Patience, patienceOf } from './patience.ts';
import { Restarts } from './restarts.ts';
import { soon } from './soon.ts';
import { decodeRecord, type RawRecord, unreadable, UnreadableRecord } from './record.ts';
import { type Settle, type Told, Waiting } from './waiting.ts';

/** Why an actor begins again from its record. */
const overtaken = 'someone else wrote its record';

/**
 * An XState actor whose effects and answers wait until the record that justifies them is committed.
 * Transitions go on while a commit is in flight; the next write holds the latest snapshot of all.
 */
export class DurableActor<TContext> implements GateKeeper {
  readonly id: string;
  readonly #kind: ActorKind<TContext>;
  readonly #host: HostServices;
  #actor: Actor<AnyStateMachine> | null = null;
  #condition: ActorCondition = { type: 'restarting', crashes: 0, error: '' };
  readonly #restarts: Restarts;
  readonly #record = new OwnRecord();
  #version = 0;
  #committedVersion = 0;
  #committedContext: TContext | null = null;
  #writing = false;
  #commitScheduled = false;
  #snapshot: AnyMachineSnapshot | null = null;
  #lastEvent: EventObject = { type: 'xstate.init' };
  #heldNow: { effect: string; run: () => void }[] = [];
  readonly #waiting = new Waiting();
  readonly #patience: Patience;

  constructor(id: string, kind: ActorKind<TContext>, host: HostServices) {
    this.id = id;
    this.#kind = kind;
    this.#host = host;
    this.#patience = new Patience(host.clock);
    this.#restarts = new Restarts(host);
  }

  get condition(): ActorCondition {
    return this.#condition;
  }

  /** The newest revision that is known committed; 0 where there is none yet. */
  get revision(): number {
    return this.#record.revision;
  }

  /** The context of the newest revision that is known committed. */
  get committedContext(): TContext | null {
    return this.#committedContext;
  }

  /** Has the store lost that revision, as far as a watch has told, and is nothing newer on record yet? */
  get isLost(): boolean {
    return this.#record.isLost;
  }

  get context(): TContext | null {
    return (this.snapshot?.context as TContext | undefined) ?? null;
  }

  /** XState's own newest: a child that starts with a step must see what that step decided. */
  get snapshot(): AnyMachineSnapshot | null {
    return (this.#actor?.getSnapshot() as AnyMachineSnapshot | undefined) ?? null;
  }

  /** Starts it without a record: the first commit creates one. */
  startFresh(): void {
    this.#record.revision = 0;
    this.#run(null);
  }

  /** Starts it from a record's text; an unreadable one is refused and left untouched. */
  startFrom(text: string, revision: number): void {
    try {
      const record = decodeRecord(this.id, text, this.#kind);
      this.#record.read(revision, record.write);
      this.#committedContext = record.context;
      this.#run({ ...record.snapshot, context: record.context });
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      this.#condition = { type: 'refused', error: error.message };
      this.#host.changed(this.id);
      this.#host.log.error({ kind: this.#kind.machine, id: this.id }, error.message);
      this.#waiting.fail('refused', error.message);
    }
  }

  /** Hands it an event; `settle` is called once the event's consequences are durable. */
  tell(event: EventObject, settle: Settle | null): void {
    if (this.#condition.type === 'refused' || this.#condition.type === 'ended') {
      const { type } = this.#condition;
      return settle?.(new ActorFailure(type, `${this.#kind.machine} ${this.id} is ${type}`));
    }
    if (this.#waiting.refuses()) {
      this.#host.log.warn({ id: this.id, event: event.type }, 'the mailbox is full');
      settle?.(new ActorFailure('overloaded', `more than ${mailboxMax} events wait at ${this.id}`));
      return;
    }
    const told: Told = { event, settle, version: Number.POSITIVE_INFINITY };
    if (this.#actor === null) this.#waiting.mail(told);
    else this.#deliver(this.#actor, told);
  }

  /** Told by a watch: a newer revision that is not being written here is someone else's. */
  observed(revision: number): void {
    const actor = this.#actor;
    const writing = this.#writing || this.#commitScheduled;
    if (actor === null || writing || revision <= this.#record.revision) return;
    this.#reload(overtaken, revision - 1, true).catch((error) => this.#crashed(actor, error));
  }

  /** Told by a watch: the store has lost its newest revisions. What came after a known one is written again. */
  lost(record: RawRecord | null): void {
    const isBehind = this.#record.lost(record);
    this.#host.commitOptions.retries.answered();
    if (this.#actor === null || this.#writing) return;
    if (record !== null && !isBehind) return this.observed(record.revision);
    this.#version += 1;
    this.#commitNow();
  }

  /** Told by a watch: that is all that the store has, and what is known here beyond it is lost. */
  resumed(record: RawRecord | null): void {
    if (this.#record.isBeyond(record)) this.lost(record);
  }

  /** Stops it without a trace: its record stays, nothing that waits will leave. */
  stop(): void {
    this.#leave(`${this.id} was stopped`);
  }

  holds(effect: string): boolean {
    return this.#kind.effects.has(effect);
  }

  hold(effect: string, run: () => void): void {
    this.#heldNow.push({ effect, run });
  }

  entered(): void {
    this.#heldNow = [];
  }

  left(before: AnyMachineSnapshot | null, after: AnyMachineSnapshot, event: EventObject): void {
    this.#lastEvent = event;
    // XState returns the very same snapshot where nothing changed, so identity is the dirty test.
    if (before !== after) this.#version += 1;
    for (const { effect, run } of this.#heldNow) {
      if (this.#kind.early(effect, after.context as TContext, this.#committedContext)) {
        this.#waiting.leaveEarly(run);
      } else {
        this.#waiting.hold(this.#version, run);
      }
    }
    this.#heldNow = [];
  }

  #run(restored: object | null): void {
    const wasCommitted = restored !== null;
    this.#version = 0;
    this.#committedVersion = 0;
    const actor = gatedActor(this.#kind.logic, this, this.#host, restored);
    const first = actor.getSnapshot() as AnyMachineSnapshot;
    if (wasCommitted && first.status === 'error') throw unreadable(this.id, first.error);
    this.#actor = actor;
    this.#snapshot = wasCommitted ? first : null;
    actor.subscribe({
      next: (snapshot) => this.#stepped(actor, snapshot as AnyMachineSnapshot),
      error: (error) => this.#crashed(actor, error),
    });
    this.#condition = { type: 'running' };
    actor.start();
    if (this.#actor !== actor) return;
    if (first.status === 'done') {
      // Its end was put on record, and its process ended before the record was removed.
      this.#version += 1;
      return this.#scheduleCommit();
    }
    this.#kind.running(this.id);
    for (const told of this.#waiting.takeMail()) this.tell(told.event, told.settle);
  }

  #deliver(actor: Actor<AnyStateMachine>, told: Told): void {
    this.#waiting.handed(told);
    // While the record of one that is done is removed, nothing changes it, and XState would complain of the attempt.
    if (this.#snapshot?.status !== 'done') actor.send(told.event);
    if (this.#actor !== actor) return;
    told.version = this.#version;
    this.#waiting.flush(this.#committedVersion);
    // It may wait for what nobody waited for before.
    if (told.settle !== null) this.#scheduleCommit();
  }

  #stepped(actor: Actor<AnyStateMachine>, snapshot: AnyMachineSnapshot): void {
    if (this.#actor !== actor) return;
    const before = this.#snapshot;
    if (before === snapshot) return this.#waiting.flush(this.#committedVersion);
    this.#snapshot = snapshot;
    const from = before === null ? '' : stateName(before.value);
    this.#kind.stepped({
      id: this.id,
      from,
      to: stateName(snapshot.value),
      event: this.#lastEvent,
      before: (before?.context as TContext | undefined) ?? null,
      after: snapshot.context as TContext,
      snapshot,
    });
    this.#waiting.flush(this.#committedVersion);
    this.#scheduleCommit();
  }

  /** A microtask later, so that steps which follow at once share the write. */
  #scheduleCommit(): void {
    if (this.#writing || this.#commitScheduled || this.#version === this.#committedVersion) return;
    this.#commitScheduled = true;
    soon(() => {
      this.#commitScheduled = false;
      const actor = this.#actor;
      if (actor === null || this.#writing || this.#isPutOff()) return;
      this.#writing = true;
      this.#commit(actor).catch((error: unknown) => this.#crashed(actor, error));
    });
  }

  #isPutOff(): boolean {
    const mayMs = patienceOf(this.#kind, this.context, this.#committedContext);
    return this.#patience.lasts(this.#waiting.isAwaited ? 0 : mayMs, () => this.#commitNow());
  }

  #commitNow(): void {
    this.#patience.urge();
    this.#scheduleCommit();
  }

  async #commit(actor: Actor<AnyStateMachine>): Promise<void> {
    while (this.#actor === actor && this.#version > this.#committedVersion) {
      if (this.#snapshot?.status === 'done') return await this.#end(actor);
      const written = await this.#host.limiter.run(() => this.#writeNewest(actor));
      if (this.#actor !== actor) return;
      if (written === null) continue;
      const { version, context, result } = written;
      if (!result.committed) {
        if (this.#record.refusedByLoss()) continue;
        this.#writing = false;
        return await this.#reload(overtaken, this.#record.revision);
      }
      this.#acknowledged(version, context, result.revision);
    }
    if (this.#actor === actor) this.#writing = false;
  }

  /**
   * Put together only now that its turn has come, so that what was done while it waited needs no
   * write of its own; null where there is nothing to write any more.
   */
  async #writeNewest(actor: Actor<AnyStateMachine>) {
    if (this.#actor !== actor || this.#snapshot?.status === 'done') return null;
    const version = this.#version;
    const context = this.#snapshot?.context as TContext;
    return { version, context, result: await this.#write(actor) };
  }

  #write(actor: Actor<AnyStateMachine>): Promise<WriteResult> {
    const snapshot = actor.getPersistedSnapshot() as object;
    return this.#record.write(this.id, this.#kind, snapshot, this.#host);
  }

  /** The one place where a revision becomes known as committed: index first, then effects. */
  #acknowledged(version: number, context: TContext, revision: number): void {
    this.#record.revision = revision;
    this.#committedVersion = version;
    this.#committedContext = context;
    this.#restarts.forgive();
    this.#kind.committed(this.id, context, revision);
    this.#waiting.flush(this.#committedVersion);
    // What it missed is told again as to one that has just started.
    if (this.#waiting.takeMissed()) this.#kind.running(this.id);
  }

  /**
   * The machine is done: its record goes, and only then does anybody hear of it. Where it has written
   * none, somebody else may have, unheard of: its end is put on record first, which finds that out.
   */
  async #end(actor: Actor<AnyStateMachine>): Promise<void> {
    let result: WriteResult = { committed: true, revision: this.#record.revision };
    if (this.#record.revision === 0) result = await this.#write(actor);
    if (result.committed) {
      this.#record.revision = result.revision;
      result = await this.#record.remove(this.id, this.#kind, this.#host);
    }
    if (this.#actor !== actor) return;
    if (!result.committed) {
      if (this.#record.refusedByLoss()) return await this.#end(actor);
      this.#writing = false;
      return await this.#reload(overtaken, this.#record.revision);
    }
    this.#committedVersion = this.#version;
    this.#waiting.flush(this.#committedVersion);
    this.#over();
  }

  #over(): void {
    this.#leave(`${this.id} has ended`);
    this.#kind.ended(this.id);
  }

  #leave(why: string): void {
    this.#waiting.fail('ended', why);
    this.#record.leave();
    this.#discard();
    this.#condition = { type: 'ended' };
  }

  /**
   * A lost race: what was not committed is discarded, and its events are taken again. The record was
   * written after the revision `after`; unless a watch has told of it, what is read may still be older
   * than the newest, and is written again, which proves that it is not.
   */
  async #reload(why: string, after: number, told = false): Promise<void> {
    this.#waiting.takeBack();
    this.#discard();
    this.#condition = { type: 'restarting', crashes: this.#restarts.crashes, error: why };
    this.#host.changed(this.id);
    this.#host.log.info({ kind: this.#kind.machine, id: this.id }, `reloaded: ${why}`);
    await this.#load(after);
    if (told || this.#actor === null || this.#version > 0) return;
    this.#version += 1;
    this.#scheduleCommit();
  }

  async #load(after: number | undefined): Promise<void> {
    const { commitOptions } = this.#host;
    try {
      const { store } = this.#kind;
      const { entry, removed } = await readUntilKnown(store, this.id, after, commitOptions);
      if (this.#condition.type !== 'restarting' || this.#actor !== null) return;
      if (entry !== null) this.startFrom(entry.value, entry.revision);
      else if (removed) this.#over();
      else this.startFresh();
    } catch (error) {
      if (this.#condition.type === 'restarting' && !commitOptions.retries.signal.aborted) {
        this.#restartLater(String(error));
      }
    }
  }

  #crashed(actor: Actor<AnyStateMachine>, error: unknown): void {
    if (this.#actor !== actor) return;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#host.commitOptions.retries.signal.aborted) return;
    const level = error instanceof RecordTooLarge ? 'the record is too large' : 'crashed';
    this.#host.log.error(
      { kind: this.#kind.machine, id: this.id, err: error, crashes: this.#restarts.crashes + 1 },
      `actor ${level}: ${message}`,
    );
    this.#host.counters.crashes += 1;
    this.#waiting.fail('crashed', `${this.id} crashed: ${message}`);
    this.#discard();
    this.#restartLater(message);
  }

  #restartLater(error: string): void {
    this.#restarts.later(() => {
      void this.#load(this.#record.revision > 0 ? this.#record.revision - 1 : undefined);
    });
    this.#condition = { type: 'restarting', crashes: this.#restarts.crashes, error };
    this.#host.changed(this.id);
  }

  #discard(): void {
    const actor = this.#actor;
    this.#actor = null;
    this.#snapshot = null;
    this.#waiting.drop();
    this.#patience.end();
    this.#writing = false;
    this.#restarts.cancel();
    if (actor !== null) stopWithChildren(actor);
  }
}
