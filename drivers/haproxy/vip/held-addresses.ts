import { RetryableError } from '../../contract/errors.ts';
import type { LeaseTerm } from '../../contract/lease.ts';
import { type HostGround, siteOf } from '../host.ts';
import { DamagedMarker, type HostMarker } from '../../contract/host-marker.ts';
import { markerOrDamage } from '../marker-file.ts';

/** An address that this driver has brought to the host, and keeps there. */
export interface Held {
  readonly address: string;
  epoch: number;
  /**
   * `coming`: it is not known yet whether another host has it, and whoever brings it finds that out.
   * `leaving`: it is about to be taken away, and is not prolonged any more.
   */
  phase: 'coming' | 'here' | 'leaving';
}

function isLeaving({ phase }: Held): boolean {
  return phase === 'leaving';
}

/** What an apply was let in by. */
export interface Admitted {
  readonly epoch: number;
  readonly term: LeaseTerm;
}

/** What is held no longer: an address that is perhaps there still, or the epoch of an apply alone. */
export interface Ended {
  readonly id: string;
  readonly epoch: number;
  readonly address: string | null;
}

/** The addresses that this driver keeps on the host, and whether they are still its own. */
export class HeldAddresses {
  readonly #host: HostGround;
  readonly #held = new Map<string, Held>();
  readonly #admitted = new Map<string, Admitted>();

  constructor(host: HostGround) {
    this.#host = host;
  }

  of(id: string): Held | null {
    return this.#held.get(id) ?? null;
  }

  /** The load balancer whose address it is here. */
  holderOf(address: string): string | null {
    for (const [id, held] of this.#held) if (held.address === address) return id;
    return null;
  }

  admit(id: string, admitted: Admitted): void {
    this.#admitted.set(id, admitted);
  }

  admitted(id: string): Admitted {
    const admitted = this.#admitted.get(id);
    if (admitted === undefined) throw new RetryableError("the agent's lease has ended meanwhile");
    return admitted;
  }

  hold(id: string, held: Held): void {
    this.#held.set(id, held);
  }

  forget(id: string): void {
    this.#held.delete(id);
  }

  /** Forgets all, and tells what it was. */
  endAll(): readonly Ended[] {
    const ids = new Set([...this.#held.keys(), ...this.#admitted.keys()]);
    const ended = [...ids].map((id) => {
      const held = this.of(id);
      const epoch = Math.max(held?.epoch ?? 0, this.#admitted.get(id)?.epoch ?? 0);
      return { id, epoch, address: held?.address ?? null };
    });
    this.#held.clear();
    this.#admitted.clear();
    return ended;
  }

  /**
   * The addresses to prolong, each with its load balancer. An agent that hung may have lost one to
   * another agent of the host, as the marker on the disk says: that is not its own to prolong.
   */
  async toProlong(): Promise<ReadonlyMap<string, string>> {
    const mine = new Map<string, string>();
    for (const [id, held] of [...this.#held]) {
      if (isLeaving(held)) continue;
      const stored = await markerOrDamage(siteOf(this.#host, id));
      const reason = this.#troubleWith(id, held, stored);
      if (reason === null) mine.set(held.address, id);
      else if (this.#held.get(id) === held && !isLeaving(held)) {
        this.#held.delete(id);
        const damage = stored instanceof DamagedMarker ? { isMarkerDamaged: true } : {};
        this.#host.alarm.raise(id, { type: 'down', reason, ...damage });
      }
    }
    return mine;
  }

  /** Has nobody else of this host taken it? Only then may it be taken away. */
  async isNobodyElses({ id, epoch }: Ended): Promise<boolean> {
    const stored = await markerOrDamage(siteOf(this.#host, id));
    if (stored === null || stored instanceof DamagedMarker || stored.holder === null) return true;
    return stored.holder === this.#host.agent && stored.epoch <= epoch;
  }

  #troubleWith(id: string, held: Held, stored: HostMarker | DamagedMarker | null): string | null {
    if (stored === null) return 'its marker is gone';
    if (stored instanceof DamagedMarker) return stored.message;
    // An apply under way has claimed its epoch already.
    const own = [held.epoch, this.#admitted.get(id)?.epoch];
    if (stored.holder === this.#host.agent && own.includes(stored.epoch)) return null;
    return `${stored.holder ?? 'nobody'} holds it on this host now, by epoch ${stored.epoch}`;
  }
}
