import type { EventObject } from 'xstate';
import {
  type ActorFrame,
  type ActorKindName,
  type Batch,
  type Frame,
  framesMax,
  inspectionVersion,
  type ShownEvent,
  type StepShown,
  stepsListedMax,
} from '../../../machines/protocol/inspection.ts';
import { Account } from './account.ts';
import type { ActorSource } from './actor-source.ts';
import { MessageNotes, type SentMessage } from './message-notes.ts';
import { shownFields } from './shown.ts';

/** A batch stays below this many bytes, well below what a message may hold. */
export const batchBytesMax = 512 * 1024;
/** Longer frames say only that they were too long. */
export const frameBytesMax = 64 * 1024;
/** Frames of troubles and hands that wait for the next batch. */
export const waitingMax = 200;
/** All that a frame tells in one line fits in here. */
const lineMax = 1_024;

export interface TapBufferOptions {
  readonly node: string;
  readonly role: Batch['role'];
  readonly life: string;
  readonly wallMs: () => number;
  /** What is told of the process itself, with each of its node frames. */
  readonly facts: () => object;
}

interface Note {
  readonly source: ActorSource;
  readonly id: string;
  /** References to the newest steps: they are made presentable only when they leave. */
  steps: { atMs: number; from: string; to: string; event: EventObject }[];
  merged: number;
}

/**
 * What there is to tell, bounded: of each actor only how it stands now and its newest steps, however
 * many it takes until the next batch.
 */
export class TapBuffer {
  readonly #options: TapBufferOptions;
  readonly #sources = new Map<ActorKindName, ActorSource>();
  readonly #notes = new Map<string, Note>();
  readonly #messages = new MessageNotes();
  readonly #account = new Account();
  #waiting: Frame[] = [];
  #dropped = 0;
  /** Nobody was told of an actor that is gone: only a full account still says so. */
  #owesAccount = false;
  #sequence = 0;

  constructor(options: TapBufferOptions) {
    this.#options = options;
  }

  add(source: ActorSource): void {
    this.#sources.set(source.kind, source);
  }

  sources(): Iterable<ActorSource> {
    return this.#sources.values();
  }

  stepped(kind: ActorKindName, id: string, from: string, to: string, event: EventObject): void {
    const note = this.#noteOf(kind, id);
    if (note === null) return;
    note.steps.push({ atMs: this.#options.wallMs(), from, to, event });
    if (note.steps.length <= stepsListedMax) return;
    note.steps.shift();
    note.merged += 1;
  }

  changed(kind: ActorKindName, id: string): void {
    this.#noteOf(kind, id);
  }

  gone(kind: ActorKindName, id: string): void {
    this.#notes.delete(`${kind}/${id}`);
    this.wait({ type: 'gone', atMs: this.#options.wallMs(), kind, id });
  }

  sent(message: SentMessage): void {
    this.#messages.note(message);
  }

  trouble(level: 'warn' | 'error', fields: object, text: string): void {
    const atMs = this.#options.wallMs();
    const short = text.slice(0, lineMax);
    this.wait({ type: 'trouble', atMs, level, text: short, fields: shownFields(fields) });
  }

  /** A frame that has to be told as it is. */
  wait(frame: Frame): void {
    if (this.#waiting.length < waitingMax) this.#waiting.push(frame);
    else {
      this.#dropped += 1;
      this.#owesAccount ||= frame.type === 'gone';
    }
  }

  /** All actors are to be told of, whatever they do. */
  tellAll(): void {
    this.#account.begin([...this.#sources.values()]);
  }

  get isEmpty(): boolean {
    return (
      this.#notes.size === 0 &&
      this.#waiting.length === 0 &&
      this.#messages.isEmpty &&
      !this.#account.isOpen
    );
  }

  /** Forgets all that waits: nobody watches any more. */
  clear(): void {
    this.#notes.clear();
    this.#messages.take();
    this.#account.end();
    this.#waiting = [];
    this.#dropped = 0;
    this.#owesAccount = false;
  }

  /** The next batch as JSON; what finds no room stays for the one after it. */
  take({ withNode }: { readonly withNode: boolean }): string {
    const packing = new Packing();
    const { facts, node, role, life, wallMs } = this.#options;
    if (withNode) packing.add({ type: 'node', facts: shownFields(facts()) });
    const { frames, left } = this.#messages.take();
    for (const frame of [...this.#waiting, ...frames]) {
      if (!packing.add(frame)) this.#owesAccount ||= frame.type === 'gone';
    }
    this.#dropped += left;
    this.#waiting = [];
    if (this.#owesAccount) this.tellAll();
    this.#owesAccount = false;
    const account = this.#account.fill(packing, (source, id) => this.#frameOf(source, id));
    for (const { source, id } of this.#notes.values()) {
      if (packing.isFull) break;
      const frame = this.#frameOf(source, id);
      if (frame !== null) packing.add(frame);
    }
    this.#sequence += 1;
    const head = {
      ...{ version: inspectionVersion, node, role, life, sequence: this.#sequence },
      ...{ atMs: wallMs(), dropped: this.#dropped + packing.dropped, account },
    };
    this.#dropped = 0;
    return `${JSON.stringify(head).slice(0, -1)},"frames":[${packing.texts.join(',')}]}`;
  }

  #noteOf(kind: ActorKindName, id: string): Note | null {
    const key = `${kind}/${id}`;
    const known = this.#notes.get(key);
    if (known !== undefined) return known;
    const source = this.#sources.get(kind);
    if (source === undefined) return null;
    const note = { source, id, steps: [], merged: 0 };
    this.#notes.set(key, note);
    return note;
  }

  /** How it stands, with its steps, which are thereby told; null where it is gone. */
  #frameOf(source: ActorSource, id: string): ActorFrame | null {
    const key = `${source.kind}/${id}`;
    const note = this.#notes.get(key);
    this.#notes.delete(key);
    const look = source.look(id);
    if (look === null) return null;
    return {
      type: 'actor',
      kind: source.kind,
      id,
      ...look,
      label: look.label?.slice(0, lineMax) ?? null,
      trouble: look.trouble?.slice(0, lineMax) ?? null,
      context: shownFields(look.context),
      steps: note?.steps.map(shownStep) ?? [],
      merged: note?.merged ?? 0,
    };
  }
}

const shownStep = ({ event, ...step }: Note['steps'][number]): StepShown => ({
  ...step,
  event: shownEvent(event),
});

export const shownEvent = (event: EventObject): ShownEvent => ({
  ...shownFields(event),
  type: event.type.slice(0, 256),
});

/** The frames of one batch, as texts. */
export class Packing {
  readonly texts: string[] = [];
  dropped = 0;
  #bytes = 0;

  get isFull(): boolean {
    return this.texts.length >= framesMax || this.#bytes >= batchBytesMax - frameBytesMax;
  }

  /** Whether there was room for it. */
  add(frame: Frame): boolean {
    const text = JSON.stringify(frame);
    const bytes = Buffer.byteLength(text);
    if (this.isFull || (bytes > frameBytesMax && frame.type !== 'actor')) {
      this.dropped += 1;
      return false;
    }
    if (bytes > frameBytesMax && frame.type === 'actor') {
      const context = { '…': `${bytes} bytes are too many to be shown` };
      const steps = frame.steps.map((step) => ({ ...step, event: { type: step.event.type } }));
      return this.add({ ...frame, context, steps });
    }
    this.texts.push(text);
    this.#bytes += bytes + 1;
    return true;
  }
}
