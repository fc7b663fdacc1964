import type { Clock } from '../../machines/ports/clock.ts';
import type { Target } from '../contract/driver.ts';
import type { AppliedThere } from './device.ts';
import type { DeviceClient } from './device-client.ts';
import { bodyToError, type ClaimRequest, ClaimsBody, claimsMax } from './device-protocol.ts';
import { digestOf } from './digest.ts';

interface Waiting {
  readonly asked: ClaimRequest['claims'][number];
  readonly resolve: (applied: AppliedThere | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Takes over what the device has already, without sending it again: the device compares digests. What is claimed in
 * one turn of the event loop, or a little more, goes with one call, because whoever takes over one takes over many.
 */
export class Claims {
  readonly #client: Pick<DeviceClient, 'write'>;
  readonly #agent: string;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];

  constructor(
    client: Pick<DeviceClient, 'write'>,
    { agent, clock }: { readonly agent: string; readonly clock: Clock },
  ) {
    this.#client = client;
    this.#agent = agent;
    this.#clock = clock;
  }

  /** Resolves to null where the device has something else, so that it has to be sent. */
  claim({ id, epoch, generation, document }: Target): Promise<AppliedThere | null> {
    return new Promise((resolve, reject) => {
      const asked = { id, epoch, generation, digest: digestOf(document) };
      this.#waiting.push({ asked, resolve, reject });
      if (this.#waiting.length === claimsMax) this.#send();
      else if (this.#waiting.length === 1) this.#sendLater(this.#waiting);
    });
  }

  #sendLater(waiting: readonly Waiting[]): void {
    this.#clock.setTimer(0, () => {
      if (this.#waiting === waiting) this.#send();
    });
  }

  #send(): void {
    const all = this.#waiting;
    this.#waiting = [];
    this.#call(all).catch((error: unknown) => {
      for (const { reject } of all) reject(error);
    });
  }

  async #call(some: readonly Waiting[]): Promise<void> {
    const body: ClaimRequest = { agent: this.#agent, claims: some.map(({ asked }) => asked) };
    const answers = await this.#client.write('/claim', body, ClaimsBody);
    for (const [index, { resolve, reject }] of some.entries()) {
      const answer = answers[index];
      if (answer === undefined) reject(new Error('the memory device has left out a claim'));
      else if (answer.type === 'refused') reject(bodyToError(answer.error));
      else resolve(answer.type === 'applied' ? answer.applied : null);
    }
  }
}
