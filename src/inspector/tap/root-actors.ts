import type { AnyActor, AnyMachineSnapshot, EventObject, InspectionEvent } from 'xstate';
import type { ActorKindName } from '../../../machines/protocol/inspection.ts';
import { stateName } from '../../host/actor-kind.ts';
import type { RootTap } from '../../host/actor-tap.ts';
import type { ActorLook, ActorSource } from './actor-source.ts';
import type { Noting } from './noting.ts';

interface Watched {
  readonly actor: AnyActor;
  state: string;
  unwatch: (() => void) | null;
}

/** Actors without a host: XState itself tells of their steps, and only while somebody watches. */
export class RootActors implements ActorSource, RootTap {
  readonly kind: ActorKindName;
  readonly #noting: Noting;
  readonly #actors = new Map<string, Watched>();

  constructor(kind: ActorKindName, noting: Noting) {
    this.kind = kind;
    this.#noting = noting;
  }

  created(id: string, actor: AnyActor): void {
    this.#actors.get(id)?.unwatch?.();
    const watched: Watched = { actor, state: '', unwatch: null };
    this.#actors.set(id, watched);
    if (!this.#noting.isWatched) return;
    this.#watch(id, watched);
    this.#noting.changed(this.kind, id);
  }

  gone(id: string): void {
    this.#actors.get(id)?.unwatch?.();
    this.#actors.delete(id);
    if (this.#noting.isWatched) this.#noting.gone(this.kind, id);
  }

  watched(isWatched: boolean): void {
    for (const [id, watched] of this.#actors) {
      if (isWatched && watched.unwatch === null) this.#watch(id, watched);
      if (isWatched) continue;
      watched.unwatch?.();
      watched.unwatch = null;
    }
  }

  ids(): Iterable<string> {
    return this.#actors.keys();
  }

  look(id: string): ActorLook | null {
    const actor = this.#actors.get(id)?.actor;
    if (actor === undefined) return null;
    const { value, context, status, error } = actor.getSnapshot() as AnyMachineSnapshot;
    const failed = status === 'error';
    return {
      label: null,
      state: failed ? '' : stateName(value),
      condition: failed ? 'restarting' : 'running',
      trouble: failed ? String(error) : null,
      context: context as object,
      revision: null,
    };
  }

  /** By hand; false where there is no such actor. */
  send(id: string, event: EventObject): boolean {
    const watched = this.#actors.get(id);
    watched?.actor.send(event);
    return watched !== undefined;
  }

  #watch(id: string, watched: Watched): void {
    const { actor } = watched;
    watched.state = stateName((actor.getSnapshot() as AnyMachineSnapshot).value);
    const { unsubscribe } = actor.system.inspect((seen: InspectionEvent) => {
      if (seen.type !== '@xstate.snapshot' || seen.actorRef !== actor) return;
      const { value, status } = seen.snapshot as AnyMachineSnapshot;
      if (status === 'error') return this.#noting.changed(this.kind, id);
      const from = watched.state;
      watched.state = stateName(value);
      this.#noting.stepped(this.kind, id, from, watched.state, seen.event);
    });
    watched.unwatch = unsubscribe;
  }
}
