import type { EventObject } from 'xstate';
import { ActorFailure, mailboxMax } from './actor-kind.ts';

export type Settle = (failure: ActorFailure | null) => void;

/** An event with its caller. */
export interface Told {
  readonly event: EventObject;
  readonly settle: Settle | null;
  /** The version after it was taken; its consequences are durable once that is committed. */
  version: number;
}

interface Held {
  readonly version: number;
  readonly run: () => void;
}

/** What waits at a durable actor: effects and callers for a commit, and events for the actor. */
export class Waiting {
  /** Effects that an earlier commit authorises: they leave as soon as the step is taken. */
  #early: (() => void)[] = [];
  #outbox: Held[] = [];
  #told: Told[] = [];
  #mail: Told[] = [];
  #hasMissed = false;

  get events(): number {
    return this.#told.length + this.#mail.length;
  }

  /** Does any caller wait for what he told to be durable? */
  get isAwaited(): boolean {
    return this.#told.some(({ settle }) => settle !== null);
  }

  /** Is there no room for another event? Whoever told it may not do so again. */
  refuses(): boolean {
    const isFull = this.events >= mailboxMax;
    this.#hasMissed ||= isFull;
    return isFull;
  }

  /** Was anything missed, for which there is room again? Says so once. */
  takeMissed(): boolean {
    if (!this.#hasMissed || this.events >= mailboxMax) return false;
    this.#hasMissed = false;
    return true;
  }

  leaveEarly(run: () => void): void {
    this.#early.push(run);
  }

  hold(version: number, run: () => void): void {
    this.#outbox.push({ version, run });
  }

  /** The actor has been handed the event, and its caller waits. */
  handed(told: Told): void {
    this.#told.push(told);
  }

  /** There is no actor to hand it to yet. */
  mail(told: Told): void {
    this.#mail.push(told);
  }

  takeMail(): readonly Told[] {
    return this.#mail.splice(0);
  }

  /** Lets go of everything whose justification is committed, in the order in which it was held. */
  flush(committedVersion: number): void {
    for (let run = this.#early.shift(); run !== undefined; run = this.#early.shift()) run();
    while (this.#outbox[0] !== undefined && this.#outbox[0].version <= committedVersion) {
      this.#outbox.shift()?.run();
    }
    while (this.#told[0] !== undefined && this.#told[0].version <= committedVersion) {
      this.#told.shift()?.settle?.(null);
    }
  }

  /** What was not committed will not leave; its events are taken again, before any newer ones. */
  takeBack(): void {
    this.#mail = [...this.#told, ...this.#mail];
    this.drop();
  }

  /** Nothing that waited for a commit will leave. */
  drop(): void {
    this.#early = [];
    this.#outbox = [];
    this.#told = [];
  }

  fail(kind: ActorFailure['kind'], message: string): void {
    const waiting = [...this.#told, ...this.#mail];
    this.#told = [];
    this.#mail = [];
    for (const { settle } of waiting) settle?.(new ActorFailure(kind, message));
  }
}
