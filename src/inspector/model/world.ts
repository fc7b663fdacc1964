import type {
  ActorFrame,
  ActorKindName,
  Batch,
  FaultFrame,
  Frame,
} from '../../../machines/protocol/inspection.ts';
import { isSilent } from './silence.ts';

/** An actor where it runs; unlike its frame, it keeps no steps. */
export interface InspectedActor extends Omit<ActorFrame, 'type' | 'steps' | 'merged'> {
  readonly node: string;
  /** Of its newest frame. */
  readonly atMs: number;
  /** How many steps it has taken since it is watched. */
  readonly steps: number;
}

export interface InspectedNode {
  readonly id: string;
  readonly role: Batch['role'];
  readonly life: string;
  /** Of its newest batch, by its own clock. */
  readonly atMs: number;
  /** When that was heard, by the world's time: another host's clock may be ahead of its own, or behind. */
  readonly heardAtMs: number;
  readonly sequence: number;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Unique among all actors of all processes. */
export const sessionOf = (node: string, kind: ActorKindName, id: string): string =>
  `${node}/${kind}/${id}`;

/** All that is known of a system from the batches so far. The same batches make the same world. */
export class InspectedWorld {
  readonly nodes = new Map<string, InspectedNode>();
  /** By {@link sessionOf}. */
  readonly actors = new Map<string, InspectedActor>();
  /** Faults that have begun and not ended, by their ids. */
  readonly faults = new Map<string, FaultFrame>();
  /** The time of the newest batch. */
  atMs = 0;
  /** The actors that a node has named in the account that it is giving. */
  readonly #named = new Map<string, Set<string>>();

  apply(batch: Batch): void {
    this.atMs = Math.max(this.atMs, batch.atMs);
    const before = this.nodes.get(batch.node);
    if (before !== undefined && before.life !== batch.life) this.#forget(batch.node);
    const facts = before?.life === batch.life ? before.facts : {};
    const { node: id, role, life, atMs, sequence } = batch;
    const heardAtMs = this.atMs;
    this.nodes.set(id, { id, role, life, atMs, heardAtMs, sequence, facts });
    const { account } = batch;
    if (account === 'begins' || account === 'whole') this.#named.set(id, new Set());
    for (const frame of batch.frames) this.#take(batch, frame);
    if (account === 'ends' || account === 'whole') this.#completed(id);
  }

  /** Another world in the very same state, which goes its own way. */
  clone(): InspectedWorld {
    const copy = new InspectedWorld();
    copy.atMs = this.atMs;
    for (const [key, node] of this.nodes) copy.nodes.set(key, node);
    for (const [key, actor] of this.actors) copy.actors.set(key, actor);
    for (const [key, fault] of this.faults) copy.faults.set(key, fault);
    for (const [key, named] of this.#named) copy.#named.set(key, new Set(named));
    return copy;
  }

  #take(batch: Batch, frame: Frame): void {
    switch (frame.type) {
      case 'actor':
        return this.#actor(batch, frame);
      case 'gone':
        return this.#gone(batch.node, frame);
      case 'node': {
        const node = this.nodes.get(batch.node);
        if (node !== undefined) this.nodes.set(batch.node, { ...node, facts: frame.facts });
        return;
      }
      case 'fault':
        if (frame.phase === 'began') this.faults.set(frame.id, frame);
        else this.faults.delete(frame.id);
        return;
      case 'message':
      case 'trouble':
      case 'hand':
      case 'violation': // These pass by, and change no state.
    }
  }

  #actor({ node, atMs }: Batch, { type: _, steps, merged, ...shown }: ActorFrame): void {
    const session = sessionOf(node, shown.kind, shown.id);
    const taken = (this.actors.get(session)?.steps ?? 0) + steps.length + merged;
    this.actors.set(session, { ...shown, node, atMs, steps: taken });
    this.#named.get(node)?.add(session);
  }

  /** What a full account did not name has gone unheard. */
  #completed(node: string): void {
    const named = this.#named.get(node);
    // Its beginning was lost, and another account will be asked for.
    if (named === undefined) return;
    for (const [session, actor] of this.actors) {
      if (actor.node === node && !named.has(session)) this.#gone(node, actor);
    }
    this.#named.delete(node);
  }

  /** What a controller runs no more is gone as well where one was killed that ran it before, and can't say so. */
  #gone(node: string, { kind, id }: Pick<ActorFrame, 'kind' | 'id'>): void {
    this.actors.delete(sessionOf(node, kind, id));
    // Devices are of their own agents, whatever becomes of others'.
    if (kind !== 'load-balancer' && kind !== 'liveness') return;
    for (const other of this.nodes.values()) {
      if (other.role === 'agent' || !isSilent(other, this.atMs)) continue;
      this.actors.delete(sessionOf(other.id, kind, id));
    }
  }

  #forget(node: string): void {
    for (const [session, actor] of this.actors) {
      if (actor.node === node) this.actors.delete(session);
    }
    this.#named.delete(node);
  }
}
