import { natsNodes } from '../nats-cluster.ts';
import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** Everything is upgraded: each process is stopped and started again, one after the other. */
export const rollingRestart: ChaosScenario = {
  name: 'rolling-restart',
  summary: 'each NATS server, each controller and each agent is stopped and started again, in turn',
  promise: 'No request fails, no load balancer goes to another agent, and writes at the API go on.',
  size: usualSize,
  async run(hands) {
    const before = hands.loadBalancers.map(({ id }) => hands.holderOf(id));
    for (const node of natsNodes) {
      await hands.restartNats(node);
      await hands.led();
      await hands.edited();
    }
    for (const id of hands.fleet.controllers.keys()) {
      await hands.restartController(id);
      await hands.edited();
    }
    for (const id of hands.fleet.agents.keys()) {
      await hands.restartAgent(id);
      await hands.whole();
    }
    const after = hands.loadBalancers.map(({ id }) => hands.holderOf(id));
    if (before.join() === after.join()) return;
    throw new Error(`what was at ${before.join(', ')} is at ${after.join(', ')}`);
  },
  problems: ({ failed, failedKept }) => [
    failed + failedKept === 0 ? null : `${failed + failedKept} requests failed`,
  ],
};
