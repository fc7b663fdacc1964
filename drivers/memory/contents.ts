import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Marker } from '../contract/errors.ts';

/** What the device keeps of one load balancer. Replaced as a whole, never changed. */
export interface Held {
  readonly marker: Marker;
  readonly document: LoadBalancerDocument | null;
  readonly running: boolean;
  /** Changes whenever the content does, whoever changes it. */
  readonly etag: string;
  /** Whose call was accepted last. */
  readonly agent: string;
}

/** What comes back after the device was down. */
export type Kept =
  /** Everything, and it serves again. */
  | 'all'
  /** What stands on a disk; but what served has to be started by somebody. */
  | 'disk'
  /** What had been saved when it went down: some writes ago. */
  | 'saved'
  | 'nothing';

/** A device saves what it holds after so many writes. */
const writesPerSave = 5;

/** What the device holds, in its memory and as it was saved last. */
export class Contents {
  #held = new Map<string, Held>();
  readonly #saved = new Map<string, Held>();
  /** What was written or thrown away since it was saved last. */
  readonly #unsaved = new Set<string>();
  /** How many it has the content of. */
  #full = 0;
  #writes = 0;
  #changes = 0;

  /** Grows with whatever happens to them. */
  get changes(): number {
    return this.#changes;
  }

  get(id: string): Held | null {
    return this.#held.get(id) ?? null;
  }

  ids(): readonly string[] {
    return [...this.#held.keys()];
  }

  entries(): IterableIterator<readonly [id: string, held: Held]> {
    return this.#held.entries();
  }

  /** How many other load balancers it has the content of. */
  besides(id: string): number {
    return this.#full - contentsOf(this.#held.get(id));
  }

  set(id: string, held: Held): void {
    this.#full += contentsOf(held) - contentsOf(this.#held.get(id));
    this.#held.set(id, held);
    this.#unsaved.add(id);
    this.#changes += 1;
    this.#writes += 1;
    if (this.#writes % writesPerSave === 0) this.#save();
  }

  forget(id: string): void {
    this.#full -= contentsOf(this.#held.get(id));
    this.#held.delete(id);
    this.#unsaved.add(id);
    this.#changes += 1;
  }

  /** What is left after a boot. */
  boot(kept: Kept): void {
    this.#changes += 1;
    if (kept === 'nothing') this.#held = new Map();
    else if (kept === 'saved') this.#held = new Map(this.#saved);
    else if (kept === 'disk') {
      const idle = [...this.#held].map(([id, held]) => [id, { ...held, running: false }] as const);
      this.#held = new Map(idle);
    }
    this.#full = 0;
    for (const held of this.#held.values()) this.#full += contentsOf(held);
    for (const id of [...this.#held.keys(), ...this.#saved.keys()]) this.#unsaved.add(id);
    this.#save();
  }

  /** Only what has changed: a device may hold very many. */
  #save(): void {
    for (const id of this.#unsaved) {
      const held = this.#held.get(id);
      if (held === undefined) this.#saved.delete(id);
      else this.#saved.set(id, held);
    }
    this.#unsaved.clear();
  }
}

const contentsOf = (held: Held | undefined): 0 | 1 => (held?.document == null ? 0 : 1);

/** What half of a write leaves behind: the listeners are there, the pools are not. */
export function halfOf(document: LoadBalancerDocument): LoadBalancerDocument {
  const listeners = document.listeners.map((each) => ({ ...each, default_pool_id: null }));
  return { ...document, listeners, pools: [] };
}
