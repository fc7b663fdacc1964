/** What the client library tells of a server that it may go to. */
interface Candidate {
  /** Where it listens, such as `127.0.0.1:4222`. */
  readonly listen: string;
}

/**
 * Which server is asked after one that was left because it does not answer: the client library begins with the
 * very same one, and would wait there as long as an attempt to connect may take.
 */
export class NextServer {
  #left: string | null = null;

  /** This server was left for another one. */
  leave(listen: string): void {
    this.#left = listen;
  }

  /**
   * Asked before each attempt, with the library's own choice first. The server that was left is passed over once;
   * if nobody else answers, it has its turn again. Null: the library's choice is good.
   */
  readonly choose = <Server extends Candidate>(pool: readonly Server[]): Server | null => {
    const [chosen, next = null] = pool;
    if (this.#left === null || chosen?.listen !== this.#left) return null;
    this.#left = null;
    return next;
  };
}
