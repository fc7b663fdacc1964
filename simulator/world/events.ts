import type { Marker } from '../../drivers/contract/errors.ts';
import type { ApplyLogEntry, ServingCause } from '../../drivers/memory/device-options.ts';
import type { TransitionEvent } from '../../src/api/services.ts';
import type { StoreChange, Stores } from '../../src/ports/store.ts';
import type { JournalDamage } from './journal-disk.ts';
import type { MarkerDamage } from './marker-disk.ts';
import type { ApiAnswer, ApiRequest } from './wire.ts';

export type BucketName = keyof Stores;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a client's request came to. Unknown: nobody answered, so it may or may not have happened. */
export type Outcome = 'asked' | 'acknowledged' | 'refused' | 'unknown';

/** What became of a write. Refused: somebody else had written. Unknown: no acknowledgement came. */
export type WriteOutcome = 'committed' | 'refused' | 'unavailable' | 'unknown';

/** What happens in a world, as its observers see it: checkers, the chronicle, the trace. */
export type WorldEvent =
  | { readonly type: 'device'; readonly place: string; readonly entry: ApplyLogEntry }
  /** An agent begins to write to an appliance that refuses nobody. */
  | {
      readonly type: 'writing';
      readonly place: string;
      readonly agent: string;
      readonly loadBalancer: string;
      readonly epoch: number;
    }
  /** A place serves a load balancer by another agent's configuration than before, or no more. */
  | {
      readonly type: 'served';
      readonly place: string;
      readonly loadBalancer: string;
      readonly agent: string | null;
      readonly cause: ServingCause;
    }
  /** An agent stands still from now on, at this moment of what it was doing. */
  | { readonly type: 'stalled'; readonly agent: string; readonly moment: string }
  /** A place has lost its marker of a load balancer, or has come up with an older one. */
  | {
      readonly type: 'forgot';
      readonly place: string;
      readonly loadBalancer: string;
      /** What it says instead, where that is known. */
      readonly now?: Marker | null;
    }
  /** The marker of a load balancer on a host's disk was damaged; and what it says since, if anything. */
  | {
      readonly type: 'damaged';
      readonly place: string;
      readonly loadBalancer: string;
      readonly how: MarkerDamage;
      readonly now: Marker | null;
    }
  /** An agent has made a damaged marker anew. */
  | {
      readonly type: 'mended';
      readonly place: string;
      readonly loadBalancer: string;
      readonly marker: Marker;
    }
  /** An agent has begun to look around on its host. */
  | { readonly type: 'started'; readonly agent: string }
  /** The file of an agent's journal was damaged while it did not run. */
  | { readonly type: 'journal-damaged'; readonly agent: string; readonly how: JournalDamage }
  /** The store's own history, in its order, and which process wrote it. */
  | {
      readonly type: 'stored';
      readonly bucket: BucketName;
      readonly change: StoreChange;
      readonly by: string;
    }
  /**
   * A store has lost writes of a key that it had acknowledged: these, oldest first. It holds again what
   * was there before.
   */
  | {
      readonly type: 'lost';
      readonly bucket: BucketName;
      readonly key: string;
      readonly changes: readonly StoreChange[];
      readonly now: StoreChange | null;
    }
  /** From now on a process may know that this value was committed; null: that the record was removed. */
  | {
      readonly type: 'learnt';
      readonly process: string;
      readonly bucket: BucketName;
      readonly key: string;
      readonly value: string | null;
    }
  /** An attempt to write has ended, as its process knows it; the same write may be tried again. */
  | {
      readonly type: 'written';
      readonly bucket: BucketName;
      readonly key: string;
      readonly writeId: string;
      readonly askedAtMs: number;
      readonly outcome: WriteOutcome;
      readonly revision: number | null;
    }
  /** A process put a message on the bus. */
  | {
      readonly type: 'sent';
      readonly from: string;
      readonly subject: string;
      readonly data: string;
    }
  /** A controller knows what has come of a command, or waits for that no longer. */
  | {
      readonly type: 'commanded';
      readonly by: string;
      readonly subject: string;
      readonly data: string;
    }
  | { readonly type: 'transition'; readonly transition: TransitionEvent }
  | {
      readonly type: 'logged';
      readonly process: string;
      readonly level: LogLevel;
      readonly fields: object;
      readonly message: string;
    }
  | {
      readonly type: 'fault';
      readonly kind: string;
      readonly phase: 'begins' | 'ends';
      readonly target: string;
      readonly detail: string;
      /** As in the schedule: 0 where it is over at once, null where it stays for good. */
      readonly forMs: number | null;
    }
  /** What a client tells of one of its requests. Reads are told when they show something new. */
  | {
      readonly type: 'client';
      readonly request: 'create' | 'edit' | 'delete' | 'read';
      /** Its id, or the name that it is asked for by where no answer told the id yet. */
      readonly loadBalancer: string;
      readonly outcome: Outcome;
      readonly detail: string;
    }
  /** A client sends a request to a controller. */
  | { readonly type: 'asked'; readonly client: string; readonly request: ApiRequest }
  /** One request and its answer, when the client gets it; null: the client waits no longer. */
  | ({ readonly type: 'wire' } & Exchange);

/** A request of a client to a controller, and what it came to. */
export interface Exchange {
  /** The load balancer's name: each has one client. */
  readonly client: string;
  readonly controller: string;
  readonly request: ApiRequest;
  readonly answer: ApiAnswer | null;
  readonly askedMs: number;
  /** For how much of the time since then the controller's process was held up. */
  readonly heldUpMs: number;
  /** Did the controller that was asked live on until now? */
  readonly lived: boolean;
}

export type Observer = (event: WorldEvent, atMs: number) => void;
