import type { Log } from '../../machines/ports/log.ts';
import type { LogLevel } from './events.ts';

type Note = (level: LogLevel, fields: object, message: string) => void;

/**
 * The log of a virtual process: its warnings and errors, told to the world's observers. What else it
 * says follows from transitions, messages and writes, which are told anyway.
 */
export const recordingLog = (note: Note): Log => new RecordingLog(note, {});

/** A class, because each request has a log of its own and mostly says nothing. */
class RecordingLog implements Log {
  readonly #note: Note;
  readonly #bound: object;

  constructor(note: Note, bound: object) {
    this.#note = note;
    this.#bound = bound;
  }

  debug(): void {
    // Nobody wants to know.
  }

  info(): void {
    // Nobody wants to know.
  }

  warn(fields: object, message: string): void {
    this.#note('warn', { ...this.#bound, ...fields }, message);
  }

  error(fields: object, message: string): void {
    this.#note('error', { ...this.#bound, ...fields }, message);
  }

  child(fields: object): Log {
    return new RecordingLog(this.#note, { ...this.#bound, ...fields });
  }
}
