import type { AnyActor, EventObject } from 'xstate';

/** Looks on at the actors of one host. Nothing of it may throw, and nobody waits for it. */
export interface HostTap {
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
