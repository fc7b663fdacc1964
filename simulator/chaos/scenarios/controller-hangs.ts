import type { ChaosScenario } from '../scenario.ts';
import { usualSize } from '../size.ts';

/** One controller after the other stands still for longer than any lease, and goes on. */
export const controllerHangs: ChaosScenario = {
  name: 'controller-hangs',
  summary: 'each controller stands still once (SIGSTOP), with its connections open, and goes on',
  promise:
    'The other one judges its agents before their leases have ended, so nothing moves; an address may be away for a moment.',
  size: usualSize,
  async run(hands) {
    for (const id of hands.fleet.controllers.keys()) {
      hands.hangController(id);
      await hands.pass(hands.timings.deadAfterMs + hands.timings.leaseMs);
      await hands.served();
      await hands.heal(id);
      await hands.whole();
    }
  },
  problems: ({ rebinds, failed, leasedFailed }) => [
    rebinds === 0 ? null : `load balancers were rebound ${rebinds} times`,
    failed === leasedFailed ? null : `${failed - leasedFailed} requests failed at fixed addresses`,
  ],
  goals: ({ leasedTrafficGapMs }) => [
    { what: 'leasedTrafficGapMs.max', measured: leasedTrafficGapMs.max, most: 1_000 },
  ],
};
