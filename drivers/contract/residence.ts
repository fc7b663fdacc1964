import type { Marker } from './errors.ts';
import type { Target } from './target.ts';

/** One load balancer as an agent finds it on its own host. */
export interface Resident {
  readonly id: string;
  /** Null where the marker is damaged or lost: nobody may touch it until it is mended. */
  readonly marker: Marker | null;
  /** The agent that claimed the marker's epoch; null where that is not known. */
  readonly holder: string | null;
}

/**
 * What a driver offers whose devices live on its agent's own host: they outlive the agent, nobody
 * else can look after them, and one that comes back goes on with what is still its own.
 */
export interface Residence {
  /** Everything that is, or was, on this host, whoever holds it; tombstones too. */
  inventory(): Promise<readonly Resident[]>;
  /**
   * What is to run here, whole, under the epoch that it is held by. Applied again, it touches nothing
   * that runs as it should. Null where nothing is, or where its content can't be read any more.
   */
  recall(id: string): Promise<Target | null>;
  /**
   * It moved to another host under this epoch: stops serving it, and lets no older epoch in again. No
   * tombstone, since it may come back. What is held here by this epoch or a newer one is left alone.
   */
  release(target: { readonly id: string; readonly epoch: number }): Promise<void>;
  /**
   * Makes a damaged marker anew, from what runs and from what the control plane knows: the newest
   * epoch that was ever given, or that it was deleted for good. One that can be read stays as it is.
   */
  mend(target: {
    readonly id: string;
    readonly epoch: number;
    readonly removed: boolean;
  }): Promise<void>;
}
