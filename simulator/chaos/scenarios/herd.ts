import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** All agents are killed at the same moment and started again at once. */
export const herd: ChaosScenario = {
  name: 'herd',
  summary: 'all agents are killed and start anew at the same moment',
  promise:
    'What runs on the hosts is taken up as it is: no request fails at an address of a host, and all is bound again, without a load balancer that is lost or configured by two.',
  size: usualSize,
  async run(hands) {
    for (const id of hands.fleet.agents.keys()) hands.killAgent(id);
    await hands.heal();
    await hands.whole();
    await hands.served();
  },
  problems: ({ failed, leasedFailed }) => [
    failed === leasedFailed ? null : `${failed - leasedFailed} requests failed at fixed addresses`,
  ],
};
