import type { MessageFrame } from '../../../machines/protocol/inspection.ts';
import {
  parseAgent,
  parseDown,
  parseHealth,
  parseLb,
  parseUp,
} from '../../../machines/protocol/subjects.ts';
import { shown } from './shown.ts';

/** A message as it was sent, with what came of it; texts are read only when they are shown. */
export interface SentMessage extends Pick<MessageFrame, 'subject' | 'outcome' | 'tookMs' | 'atMs'> {
  readonly request: string;
  readonly reply: string | null;
}

/** How many subjects are told apart between two batches; messages of others are only counted. */
export const subjectsMax = 500;

/** Messages since the last batch: of each subject and outcome the newest, and how many there were. */
export class MessageNotes {
  readonly #newest = new Map<string, { message: SentMessage; count: number }>();
  #left = 0;

  note(message: SentMessage): void {
    const key = `${message.outcome} ${message.subject}`;
    const known = this.#newest.get(key);
    if (known !== undefined) {
      known.message = message;
      known.count += 1;
    } else if (this.#newest.size < subjectsMax) this.#newest.set(key, { message, count: 1 });
    else this.#left += 1;
  }

  get isEmpty(): boolean {
    return this.#newest.size === 0;
  }

  /** The frames, oldest first, and how many messages are in none; then it begins anew. */
  take(): { readonly frames: readonly MessageFrame[]; readonly left: number } {
    const frames = [...this.#newest.values()].map(({ message, count }) => frameOf(message, count));
    const left = this.#left;
    this.#newest.clear();
    this.#left = 0;
    return { frames: frames.toSorted((a, b) => a.atMs - b.atMs), left };
  }
}

function frameOf(message: SentMessage, count: number): MessageFrame {
  const { subject, outcome, tookMs, atMs } = message;
  const request = read(message.request);
  return {
    type: 'message',
    atMs,
    subject: subject.slice(0, 1_024),
    count,
    outcome,
    tookMs,
    loadBalancer: parseLb(subject)?.id ?? textIn(request, 'loadBalancer'),
    agent:
      parseDown(subject)?.agent ??
      parseUp(subject)?.agent ??
      parseHealth(subject) ??
      parseAgent(subject)?.id ??
      textIn(request, 'agent'),
    request: shown(request),
    reply: message.reply === null ? null : shown(read(message.reply)),
  };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // A stranger's, and shown as it is.
  }
}

function textIn(value: unknown, key: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const text = (value as Readonly<Record<string, unknown>>)[key];
  return typeof text === 'string' ? text.slice(0, 1_024) : null;
}
