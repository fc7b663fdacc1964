import { type Scenario, smallSize } from './scenario.ts';
import { storePowerLossScenario } from './store-power-loss.ts';

/** Where agents take from a queue, epochs follow one another with each change, and tickets get lost as well. */
export const queuePowerLossScenario: Scenario = {
  ...storePowerLossScenario,
  name: 'queue-power-loss',
  summary:
    'the NATS cluster loses power, with the last records and tickets, while agents take load balancers from a queue',
  size: { ...smallSize, queued: true },
};
