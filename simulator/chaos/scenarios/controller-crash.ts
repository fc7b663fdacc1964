import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** One controller after the other is killed, and comes back. */
export const controllerCrash: ChaosScenario = {
  name: 'controller-crash',
  summary: 'each controller is killed once, and comes back',
  promise:
    'Nothing moves and no request fails; a write at the API waits until another controller owns its load balancer.',
  size: usualSize,
  async run(hands) {
    for (const id of hands.fleet.controllers.keys()) {
      hands.killController(id);
      await hands.edited();
      await hands.pass(hands.timings.deadAfterMs);
      await hands.heal(id);
    }
  },
  problems: ({ rebinds, failed }) => [
    rebinds === 0 ? null : `load balancers were rebound ${rebinds} times`,
    failed === 0 ? null : `${failed} requests failed`,
  ],
  goals: ({ apiWriteMs }) => [{ what: 'apiWriteMs.max', measured: apiWriteMs.max, most: 2_000 }],
};
