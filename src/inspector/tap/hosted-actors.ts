import type { EventObject } from 'xstate';
import type { ActorKindName } from '../../../machines/protocol/inspection.ts';
import { type ActorCondition, stateName } from '../../host/actor-kind.ts';
import type { HostTap, TappedHost } from '../../host/actor-tap.ts';
import type { ActorLook, ActorSource } from './actor-source.ts';
import type { Noting } from './noting.ts';

/** The actors of a host, as their tap. */
export class HostedActors implements ActorSource, HostTap {
  readonly kind: ActorKindName;
  readonly #noting: Noting;
  #host: TappedHost | null = null;

  constructor(kind: ActorKindName, noting: Noting) {
    this.kind = kind;
    this.#noting = noting;
  }

  attached(host: TappedHost): void {
    this.#host = host;
  }

  stepped(id: string, from: string, to: string, event: EventObject): void {
    if (this.#noting.isWatched) this.#noting.stepped(this.kind, id, from, to, event);
  }

  changed(id: string): void {
    if (this.#noting.isWatched) this.#noting.changed(this.kind, id);
  }

  gone(id: string): void {
    if (this.#noting.isWatched) this.#noting.gone(this.kind, id);
  }

  ids(): Iterable<string> {
    return this.#host?.ids() ?? [];
  }

  look(id: string): ActorLook | null {
    const actor = this.#host?.actor(id) ?? null;
    if (actor === null || actor.condition.type === 'ended') return null;
    const { snapshot, condition } = actor;
    return {
      label: this.#host?.label(id) ?? null,
      state: snapshot === null ? '' : stateName(snapshot.value),
      condition: condition.type as ActorLook['condition'],
      trouble: troubleOf(condition),
      context: (snapshot?.context as object | undefined) ?? actor.committedContext ?? {},
      revision: actor.revision,
    };
  }
}

function troubleOf(condition: ActorCondition): string | null {
  if (condition.type === 'refused') return condition.error;
  if (condition.type !== 'restarting') return null;
  const { crashes, error } = condition;
  return crashes === 0 ? error : `crashed ${crashes} times in a row: ${error}`;
}
