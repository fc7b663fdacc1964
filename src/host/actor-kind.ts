import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';
import type { Store } from '../ports/store.ts';
import type { RecordFormat } from './record.ts';

/** A step that an actor took, at the moment when it was taken; it may not be committed yet. */
export interface Step<TContext> {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly event: EventObject;
  readonly before: TContext | null;
  readonly after: TContext;
  readonly snapshot: AnyMachineSnapshot;
}

/** What the host has to know of one kind of durable actor. */
export interface ActorKind<TContext> extends RecordFormat<TContext> {
  /** The machine with all its parts provided. */
  readonly logic: AnyStateMachine;
  readonly store: Store;
  /** Children and actions that leave the process: they wait for the commit. */
  readonly effects: ReadonlySet<string>;
  /** May this effect leave before its transition's commit, by authority of the committed context? */
  early(effect: string, live: TContext, committed: TContext | null): boolean;
  /** How long a write of this may be put off while nobody waits for it; without it, not at all. */
  patienceMs?(live: TContext, committed: TContext): number;
  /** Called after each step, before anything of it is committed. Must not throw. */
  stepped(step: Step<TContext>): void;
  /** Called when a revision is known committed. Must not throw. */
  committed(id: string, context: TContext, revision: number): void;
  /** Called when the actor runs, fresh or from its record: the place for level-triggered truth. */
  running(id: string): void;
  /** The machine has ended and its record is gone. */
  ended(id: string): void;
  /** What people call the actor; null where they don't. */
  label?(id: string): string | null;
}

/** Where an actor stands with its host. */
export type ActorCondition =
  | { readonly type: 'running' }
  | { readonly type: 'restarting'; readonly crashes: number; readonly error: string }
  | { readonly type: 'refused'; readonly error: string }
  | { readonly type: 'ended' };

/** The answer to a caller whose event crashed the actor, or whose actor can't take it. */
export class ActorFailure extends Error {
  override readonly name = 'ActorFailure';
  readonly kind: 'crashed' | 'refused' | 'ended' | 'overloaded';
  constructor(kind: ActorFailure['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** How many events may wait at an actor that is being restarted, or whose record can't be written. */
export const mailboxMax = 1_024;

/** Renders XState's state value as `bound.settled`. */
export function stateName(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, child]) => `${key}.${stateName(child)}`)
    .join('|');
}
