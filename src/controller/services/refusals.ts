import { Fault } from '../../../machines/model/fault.ts';

/** How many refused operations are remembered: a second copy comes within seconds. */
export const refusalsMax = 1_024;

/** What may be answered differently a moment later, without anybody having edited anything. */
const passing: readonly number[] = [404, 503];

/**
 * Refuses an operation once and for all: what is asked may come twice, by its sender or the network, and the second copy late,
 * when nothing is in its way any more. Whoever was refused by the first one has been told that nothing was done.
 */
export class Refusals {
  readonly #faults = new Map<string, Fault>();

  /** Runs `work` unless this operation was refused before; then it is again, in the same words. */
  async once<T>(operationId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#faults.get(operationId);
    if (before !== undefined) throw before;
    try {
      return await work();
    } catch (error) {
      if (error instanceof Fault && !passing.includes(error.status)) this.#note(operationId, error);
      throw error;
    }
  }

  #note(operationId: string, fault: Fault): void {
    const [oldest] = this.#faults.keys();
    if (this.#faults.size >= refusalsMax && oldest !== undefined) this.#faults.delete(oldest);
    this.#faults.set(operationId, fault);
  }
}
