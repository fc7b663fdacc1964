import type { ActorFrame, ActorKindName } from '../../../machines/protocol/inspection.ts';

/** An actor as it stands; its context is redacted by whoever shows it. */
export interface ActorLook extends Pick<
  ActorFrame,
  'label' | 'state' | 'condition' | 'trouble' | 'revision'
> {
  readonly context: object;
}

/** The actors of one kind in this process. */
export interface ActorSource {
  readonly kind: ActorKindName;
  ids(): Iterable<string>;
  /** Null where there is no such actor any more. */
  look(id: string): ActorLook | null;
  /** Somebody begins to watch, or nobody does any more: for those who look on only meanwhile. */
  watched?(isWatched: boolean): void;
}
