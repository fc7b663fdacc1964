import type { WitnessAnswer } from '../../machines/protocol/witness-messages.ts';
import type { ControllerOptions } from '../../src/controller/controller-options.ts';
import { Lapses } from '../../src/controller/liveness/lapses.ts';
import { Vouching, type VouchingOptions } from '../../src/witness/vouching.ts';
import { Witness, type WitnessOptions } from '../../src/witness/witness.ts';

/** Takes a lease for lapsed although nobody has denied it. */
export function needsNoDenials(options: ControllerOptions): ControllerOptions {
  return { ...options, lapses: (own) => new Lapses({ ...own, denied: () => true }) };
}

/** Goes on by a single promise, however many its record asks for. */
export function goesOnByOnePromise(options: VouchingOptions): Vouching {
  return new Vouching({ ...options, witnesses: { ...options.witnesses, promises: 1 } });
}

/** Denies at once after its start. */
export class HastyWitness extends Witness {
  protected override quietMs(): number {
    return 0;
  }
}

/** Whom it has denied is not there any more when it is started again. */
export function forgetsDenials(options: WitnessOptions): Witness {
  const { journal } = options;
  return new Witness({
    ...options,
    journal: {
      ...journal,
      load: async () => {
        const notes = [...(await journal.load())].map(([agent, text]): [string, string] => [
          agent,
          JSON.stringify({ ...(JSON.parse(text) as object), denied: 0 }),
        ]);
        return new Map(notes);
      },
      save: (agent, text) => journal.save(agent, text),
    },
  });
}

/** Never promises anything. */
export class ReluctantWitness extends Witness {
  override async answer(...asked: Parameters<Witness['answer']>): Promise<WitnessAnswer> {
    const answer = await super.answer(...asked);
    return answer.type === 'promised' ? { ...answer, type: 'refused' } : answer;
  }
}

/** Believes that it is carried on by witnesses whom it does not hear. */
export class DeafVouching extends Vouching {
  constructor(options: VouchingOptions) {
    super({
      ...options,
      ask: async (witness, ask, withinMs) => {
        if (ask.type !== 'promise') return await options.ask(witness, ask, withinMs);
        return { type: 'promised', incarnation: ask.incarnation };
      },
    });
  }
}
