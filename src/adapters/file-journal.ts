import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Log } from '../../machines/ports/log.ts';
import type { Journal } from '../ports/journal.ts';
import { journalLine, parseJournal, parseWholeJournal } from './journal-lines.ts';
import { syncDirectory } from './sync-directory.ts';

/** The file is rewritten when it has grown beyond this and at least half of it is outdated. */
export const journalCompactBytes = 4 * 1024 * 1024;

interface Save {
  readonly key: string;
  readonly value: string | null;
  resolve(): void;
  reject(error: unknown): void;
}

export interface FileJournalOptions {
  readonly path: string;
  readonly log: Log;
  /** Is nothing of it to be believed where a line of it is torn or corrupt? */
  readonly whole?: boolean;
  /** See {@link journalCompactBytes}. */
  readonly compactBytes?: number;
}

/**
 * One append-only file of JSON lines, each with a checksum. Saves that arrive while the disk is
 * busy are written together and synced once. Only one process may have the file open.
 */
export class FileJournal implements Journal {
  readonly #path: string;
  readonly #log: Log;
  readonly #parse: typeof parseJournal;
  readonly #compactBytes: number;
  readonly #entries = new Map<string, string>();
  #file: FileHandle | null = null;
  #fileBytes = 0;
  #compactedBytes = 0;
  #waiting: Save[] = [];
  #loading: Promise<void> | null = null;
  #writing: Promise<void> | null = null;

  constructor(options: FileJournalOptions) {
    this.#path = options.path;
    this.#log = options.log;
    this.#parse = options.whole === true ? parseWholeJournal : parseJournal;
    this.#compactBytes = options.compactBytes ?? journalCompactBytes;
  }

  async load(): Promise<ReadonlyMap<string, string>> {
    await this.#loaded();
    return new Map(this.#entries);
  }

  save(key: string, value: string | null): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, value, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Resolves when every save has ended; the journal can be used again. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = null;
  }

  #loaded(): Promise<void> {
    this.#loading ??= this.#readFile().catch((error: unknown) => {
      this.#loading = null; // The next call tries again; the disk may be back by then.
      throw error;
    });
    return this.#loading;
  }

  async #readFile(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const entries = this.#parse(text, (line) => {
      this.#log.error(
        { path: this.#path, line },
        'A line of the journal was torn or corrupt and is dropped.',
      );
    });
    for (const [key, value] of entries) this.#entries.set(key, value);
    await this.#compact();
  }

  /** Never rejects: each save hears of its own fate. */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      let batch: Save[] = [];
      try {
        await this.#loaded();
        const file = await this.#opened();
        batch = this.#waiting.splice(0);
        await this.#append(file, batch);
        for (const save of batch) save.resolve();
      } catch (error) {
        if (batch.length === 0) batch = this.#waiting.splice(0);
        await this.#forgetFile();
        for (const save of batch) save.reject(error);
      }
    }
    this.#writing = null;
  }

  async #append(file: FileHandle, batch: readonly Save[]): Promise<void> {
    const text = batch.map((save) => journalLine(save.key, save.value)).join('');
    await file.appendFile(text);
    await file.datasync();
    this.#fileBytes += Buffer.byteLength(text);
    for (const { key, value } of batch) {
      if (value === null) this.#entries.delete(key);
      else this.#entries.set(key, value);
    }
    const outdated = this.#fileBytes > 2 * this.#compactedBytes;
    if (outdated && this.#fileBytes > this.#compactBytes) await this.#compactSafely();
  }

  /** What was appended is on disk already, so a compaction that fails must not fail the saves. */
  async #compactSafely(): Promise<void> {
    try {
      await this.#compact();
    } catch (error) {
      this.#log.error({ path: this.#path, err: error }, 'The journal could not be compacted.');
      await this.#forgetFile();
    }
  }

  /** After a failed write the tail may be torn, so the next use rewrites the file first. */
  async #opened(): Promise<FileHandle> {
    if (this.#file === null) await this.#compact();
    return this.#file as unknown as FileHandle;
  }

  async #forgetFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close().catch((error: unknown) => {
      this.#log.warn({ path: this.#path, err: error }, 'The journal could not be closed.');
    });
  }

  /** Writes the living entries to a new file, which replaces the old one only once it is on disk. */
  async #compact(): Promise<void> {
    await this.#forgetFile();
    const directory = dirname(this.#path);
    await mkdir(directory, { recursive: true });
    const lines: string[] = [];
    for (const [key, value] of this.#entries) lines.push(journalLine(key, value));
    const text = lines.join('');
    const temporary = `${this.#path}.tmp`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#path);
    await syncDirectory(directory);
    this.#file = await open(this.#path, 'a', 0o600);
    this.#fileBytes = Buffer.byteLength(text);
    this.#compactedBytes = this.#fileBytes;
  }
}
