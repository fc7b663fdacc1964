/**
 * What texts say, for some of the newest: whoever is given the same text again need not read it again.
 * What was read is handed out more than once, so nobody can change it.
 */
export class Remembered<T> {
  readonly #charactersMax: number;
  readonly #known = new Map<string, T>();
  #characters = 0;

  /** All is forgotten when the texts have more characters than this together. */
  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  /** What `read` made of the text; what it throws is not remembered. */
  read(text: string, read: (text: string) => T): T {
    let value = this.#known.get(text);
    if (value !== undefined) return value;
    value = frozen(read(text));
    this.#characters += text.length;
    if (this.#characters > this.#charactersMax) {
      this.#known.clear();
      this.#characters = text.length;
    }
    this.#known.set(text, value);
    return value;
  }
}

/** The very value, which can't be changed any more, in no depth. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}
