import { createHash } from 'node:crypto';

/** How many bytes are hashed at once, because a call for each event costs more than the hash. */
const pieceBytes = 65_536;

/** A UTF-16 code unit takes at most this many bytes as UTF-8. */
const utf8BytesMax = 3;

/** A step is its time as a float and its process's number; a note begins with {@link noted}. */
const stepBytes = 12;
const noted = 0;

/** A hash over everything that happened, in order: equal hashes mean equal runs. */
export class Trace {
  readonly #hash = createHash('sha256');
  readonly #piece = Buffer.alloc(pieceBytes);
  readonly #view = new DataView(this.#piece.buffer, this.#piece.byteOffset, pieceBytes);
  #used = 0;
  /** Numbers for names that come again with nearly every step, in the order of their coming. */
  readonly #numbers = new Map<string, number>();
  #events = 0;
  readonly #keep: ((line: string) => void) | null;

  /** `keep` is given each event as a line of JSON, for a file. */
  constructor(keep: ((line: string) => void) | null = null) {
    this.#keep = keep;
  }

  get events(): number {
    return this.#events;
  }

  /** A step of the world, in this process. */
  step(atMs: number, process: string): void {
    this.#events += 1;
    this.#record(atMs, this.#numbers.get(process) ?? this.#numbered(process));
    this.#keep?.(JSON.stringify({ atMs, tag: process, detail: '' }));
  }

  /** Something that came of it. */
  note(atMs: number, tag: string, detail: string): void {
    this.#events += 1;
    this.#record(atMs, noted);
    this.#text(`${tag}\t${detail}\n`);
    this.#keep?.(JSON.stringify({ atMs, tag, detail }));
  }

  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  #numbered(process: string): number {
    const number = this.#numbers.size + 1;
    this.#numbers.set(process, number);
    this.#text(`${number}\t${process}\n`);
    return number;
  }

  #record(atMs: number, number: number): void {
    if (this.#used + stepBytes > pieceBytes) this.#flush();
    this.#view.setFloat64(this.#used, atMs);
    this.#view.setUint32(this.#used + 8, number);
    this.#used += stepBytes;
  }

  #text(text: string): void {
    const bytesMax = text.length * utf8BytesMax;
    if (this.#used + bytesMax > pieceBytes) this.#flush();
    if (bytesMax > pieceBytes) this.#hash.update(text);
    else this.#used += this.#piece.write(text, this.#used);
  }

  #flush(): void {
    if (this.#used > 0) this.#hash.update(this.#piece.subarray(0, this.#used));
    this.#used = 0;
  }
}
