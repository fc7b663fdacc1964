class Node<T> {
  readonly children = new Map<string, Node<T>>();
  /** Values whose pattern ends here, in the order of their adding. */
  readonly here: T[] = [];
  /** Values whose pattern ends here with `>`. */
  readonly below: T[] = [];
}

/** How many subjects' matches are remembered: few subjects are used again and again. */
const rememberedMax = 1_024;

/** Finds the values whose subject pattern matches a subject, always in the same order. */
export class SubjectTrie<T> {
  readonly #root = new Node<T>();
  /** What matched a subject, until a pattern comes or goes. */
  readonly #remembered = new Map<string, readonly T[]>();

  add(pattern: string, value: T): void {
    this.#remembered.clear();
    let node = this.#root;
    const tokens = pattern.split('.');
    const rest = tokens.at(-1) === '>';
    for (const token of rest ? tokens.slice(0, -1) : tokens) {
      let child = node.children.get(token);
      if (child === undefined) {
        child = new Node();
        node.children.set(token, child);
      }
      node = child;
    }
    (rest ? node.below : node.here).push(value);
  }

  remove(pattern: string, value: T): void {
    this.#remembered.clear();
    this.#remove(this.#root, pattern.split('.'), 0, value);
  }

  match(subject: string): readonly T[] {
    let values = this.#remembered.get(subject);
    if (values === undefined) {
      values = this.#found(subject);
      if (this.#remembered.size === rememberedMax) this.#remembered.clear();
      this.#remembered.set(subject, values);
    }
    return values;
  }

  #found(subject: string): readonly T[] {
    const values: T[] = [];
    this.#match(this.#root, subject.split('.'), 0, values);
    return values;
  }

  #match(node: Node<T>, tokens: readonly string[], depth: number, found: T[]): void {
    const token = tokens[depth];
    if (token === undefined) {
      found.push(...node.here);
      return;
    }
    found.push(...node.below);
    const exact = node.children.get(token);
    if (exact !== undefined) this.#match(exact, tokens, depth + 1, found);
    const any = node.children.get('*');
    if (any !== undefined) this.#match(any, tokens, depth + 1, found);
  }

  /** Drops nodes that became empty, since patterns come and go with every restart. */
  #remove(node: Node<T>, tokens: readonly string[], depth: number, value: T): void {
    const token = tokens[depth];
    const rest = token === '>' && depth === tokens.length - 1;
    if (token === undefined || rest) {
      const values = rest ? node.below : node.here;
      const index = values.indexOf(value);
      if (index >= 0) values.splice(index, 1);
      return;
    }
    const child = node.children.get(token);
    if (child === undefined) return;
    this.#remove(child, tokens, depth + 1, value);
    if (child.children.size + child.here.length + child.below.length === 0) {
      node.children.delete(token);
    }
  }
}
