import { type Clock, delay } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { pingSubject } from './client-pace.ts';

/** A server that has not answered a ping has this part of the time to answer another one. */
export const pingsProofShare = 4;

export interface ServerProofOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** How long the server may take to answer whoever has had no answer to a request. */
  readonly timeoutMs: number;
  /** Resolves when the server has answered; rejects where the connection is gone. */
  readonly flush: () => Promise<void>;
  /** Leaves this server, for the next one. */
  readonly leave: () => Promise<void>;
}

/**
 * A server that hangs closes no connection, and the client library's own pings take seconds to notice. So a
 * request that nobody has answered makes the server prove itself: if it does not answer either, it is left,
 * well before an agent's lease ends (the relations of machines/timings/relations.ts count on that).
 */
export class ServerProof {
  readonly #options: ServerProofOptions;
  #isAsked = false;

  constructor(options: ServerProofOptions) {
    this.#options = options;
  }

  /**
   * No answer came to what was asked on this subject. Does nothing while the server is asked already. Where it was a
   * ping, all that is left to be seen is whether this process stood still.
   */
  doubt(subject: string): void {
    const { timeoutMs } = this.#options;
    this.#ask(subject === pingSubject ? timeoutMs / pingsProofShare : timeoutMs);
  }

  #ask(timeoutMs: number): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#prove(timeoutMs)
      .catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'The NATS server could not be left.');
      })
      .finally(() => {
        this.#isAsked = false;
      });
  }

  async #prove(timeoutMs: number): Promise<void> {
    const { clock, log, flush, leave } = this.#options;
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    await Promise.race([flush().then(settle, settle), delay(clock, timeoutMs)]);
    // What came while this process stood still is read only after its timers.
    if (!isSettled) await delay(clock, 1);
    if (isSettled) return;
    log.warn({ timeoutMs }, 'The NATS server does not answer, so another one is asked.');
    await leave();
  }
}
