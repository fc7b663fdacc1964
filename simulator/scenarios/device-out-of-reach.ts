import { presets } from '../../machines/timings/timings.ts';
import { lostDevicesAreLeft } from '../checkers/lost-devices-are-left.ts';
import { agentLosesDevice } from '../faults/agent-loses-device.ts';
import type { Fault } from '../faults/fault.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 60_000;
const { reachMs } = presets.lan;

/** One agent loses the appliance; later all of them do, one after the other, and find it again so. */
export const deviceOutOfReachScenario: Scenario = {
  name: 'device-out-of-reach',
  summary: 'one agent loses the appliance, which the others reach; then all of them lose it',
  promise:
    'What one agent has lost is soon driven by another, and what nobody reaches stays where it is.',
  size: { ...smallSize, loadBalancers: 10 },
  checkers: [lostDevicesAreLeft],
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const variant = 'its cable is out';
    const cut = (target: string, atMs: number, forMs: number): Fault => {
      return { kind: agentLosesDevice.name, atMs, forMs, target, variant };
    };
    const forAll = { atMs: draws.between(28_000, 32_000), forMs: draws.between(9_000, 14_000) };
    const skews = draws.pick([0, 1, 2 * reachMs]);
    const faults = [
      cut(draws.pick(ids), draws.between(5_000, 9_000), draws.between(9_000, 16_000)),
      // What befalls the device is found out by one agent after the other.
      ...ids.map((id) =>
        cut(
          id,
          forAll.atMs + draws.between(0, 1) * skews,
          forAll.forMs + draws.between(0, 1) * skews,
        ),
      ),
    ];
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 4_000, untilMs: 50_000, editsMax: 4, deletedShare: 0.2 },
      drawProviders(stream('providers'), { host: 0.2 }),
    );
    return { work, faults, untilMs };
  },
};
