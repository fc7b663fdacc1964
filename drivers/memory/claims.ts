import { type Gathered, Gathering } from '../../machines/gathering.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Target } from '../contract/target.ts';
import type { DeviceClient } from './device-client.ts';
import { bodyToError, type ClaimRequest, ClaimsBody, claimsMax } from './device-protocol.ts';
import type { AppliedThere } from './device.ts';
import { digestOf } from './digest.ts';

type Asked = ClaimRequest['claims'][number];

/**
 * Takes over what the device has already, without sending it again: the device compares digests. Many are claimed with
 * one call, because whoever takes over one takes over many.
 */
export class Claims {
  readonly #client: Pick<DeviceClient, 'write'>;
  readonly #agent: string;
  readonly #gathering: Gathering<Asked, AppliedThere | null>;

  constructor(
    client: Pick<DeviceClient, 'write'>,
    { agent, clock }: { readonly agent: string; readonly clock: Clock },
  ) {
    this.#client = client;
    this.#agent = agent;
    this.#gathering = new Gathering(clock, claimsMax, (some) => this.#call(some));
  }

  /** Resolves to null where the device has something else, so that it has to be sent. */
  claim({ id, epoch, generation, document }: Target): Promise<AppliedThere | null> {
    return this.#gathering.ask({ id, epoch, generation, digest: digestOf(document) });
  }

  async #call(some: readonly Gathered<Asked, AppliedThere | null>[]): Promise<void> {
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
