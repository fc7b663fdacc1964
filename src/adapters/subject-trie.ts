class Node<T> {
  readonly children = new Map<string, Node<T>>();
  /** Values whose pattern ends here, in the order of their adding. */
  readonly here: T[] = [];
  /** Values whose pattern ends here with `>`. */
  readonly below: T[] = [];
}

/** Finds the values whose subject pattern matches a subject, always in the same order. */
export class SubjectTrie<T> {
  readonly #root = new Node<T>();

  add(pattern: string, value: T): void {
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
    this.#remove(this.#root, pattern.split('.'), 0, value);
  }

  match(subject: string, found: (value: T) => void): void {
    this.#match(this.#root, subject.split('.'), 0, found);
  }

  #match(node: Node<T>, tokens: readonly string[], depth: number, found: (value: T) => void): void {
    const token = tokens[depth];
    if (token === undefined) {
      for (const value of node.here) found(value);
      return;
    }
    for (const value of node.below) found(value);
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
