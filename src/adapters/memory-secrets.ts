import {
  parseSecretReference,
  secretIn,
  secretReferenceWords,
  type Secrets,
} from '../../machines/ports/secrets.ts';

/** The secrets' twin: whoever has the object puts them there, and takes them away. */
export class MemorySecrets implements Secrets {
  readonly #texts = new Map<string, string>();

  async read(reference: string): Promise<string> {
    if (parseSecretReference(reference) === null) {
      throw new Error(`a reference to a secret ${secretReferenceWords}`);
    }
    const text = this.#texts.get(reference);
    if (text === undefined) throw new Error(`${reference} can't be read: there is no such secret`);
    return secretIn(reference, text);
  }

  /** What is read from now on; null: it is gone. */
  put(reference: string, text: string | null): void {
    if (text === null) this.#texts.delete(reference);
    else this.#texts.set(reference, text);
  }
}
