import type { EventObject } from 'xstate';
import type { ActorKindName } from '../../../machines/protocol/inspection.ts';
import type { SentMessage } from './message-notes.ts';

/** Where taps note what they see; they ask first whether anybody watches, because nothing is paid otherwise. */
export interface Noting {
  readonly isWatched: boolean;
  stepped(kind: ActorKindName, id: string, from: string, to: string, event: EventObject): void;
  changed(kind: ActorKindName, id: string): void;
  gone(kind: ActorKindName, id: string): void;
  sent(message: SentMessage): void;
  trouble(level: 'warn' | 'error', fields: object, text: string): void;
}
