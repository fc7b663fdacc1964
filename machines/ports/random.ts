/** The only source of randomness and ids, so that a seed decides every run of the simulator. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
}
