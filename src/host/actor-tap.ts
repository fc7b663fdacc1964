import type { AnyActor, AnyMachineSnapshot, EventObject } from 'xstate';
import type { ActorCondition } from './actor-kind.ts';

/** What a host lets others see of its actors. */
export interface TappedHost {
  ids(): Iterable<string>;
  /** Null where it does not run here. */
  actor(id: string): {
    readonly condition: ActorCondition;
    readonly snapshot: AnyMachineSnapshot | null;
    readonly committedContext: object | null;
    readonly revision: number;
  } | null;
  /** What people call it; null where they don't. */
  label(id: string): string | null;
}

/** Looks on at the actors of one host. Nothing of it may throw, and nobody waits for it. */
export interface HostTap {
  /** Before anything else: the host whose actors it will see. */
  attached(host: TappedHost): void;
  stepped(id: string, from: string, to: string, event: EventObject): void;
  /** Its condition is another one: it crashed, it was refused, it runs. */
  changed(id: string): void;
  gone(id: string): void;
}

/** Looks on at actors that have no host: each is its own root. */
export interface RootTap {
  /** It is about to start; one of the same id that was there before is over. */
  created(id: string, actor: AnyActor): void;
  gone(id: string): void;
}
