import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** Agents are emptied for their maintenance, one after the other. */
export const drain: ChaosScenario = {
  name: 'drain',
  summary: 'one agent after the other is drained under traffic, and takes part again',
  promise: 'No request fails, neither on new connections nor on kept ones.',
  size: usualSize,
  async run(hands) {
    for (const id of hands.fleet.agents.keys()) {
      await hands.drain(id);
      await hands.until(`${id} is empty`, () => {
        return hands.loadBalancers.every((each) => hands.holderOf(each.id) !== id);
      });
      await hands.served();
      await hands.heal(id);
    }
  },
  problems: ({ failed, failedKept, rebinds }) => [
    failed + failedKept === 0 ? null : `${failed + failedKept} requests failed`,
    rebinds > 0 ? null : 'nothing has moved',
  ],
};
