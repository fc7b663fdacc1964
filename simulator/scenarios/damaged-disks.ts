import { damageEndsNoTraffic } from '../checkers/damage-ends-no-traffic.ts';
import { agentCrash } from '../faults/agent-crash.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import type { Fault, FaultFrame } from '../faults/fault.ts';
import { hostDies } from '../faults/host-dies.ts';
import { journalDamaged } from '../faults/journal-damaged.ts';
import { markerDamaged } from '../faults/marker-damaged.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { defaultSize, faultFrame, type Scenario } from './scenario.ts';

const quietMs = 8_000;
const everyMs = 15_000;
const times = 4;
const untilMs = quietMs + times * everyMs;
/** In how many rounds no controller answers while agents come home. */
const silentShare = 0.5;
/** Longer than agents are away, and take to come home. */
const silenceMs = 8_000;

/** Hosts whose agents come home to disks that are not whole, now and then with no controller to ask. */
export const damagedDisksScenario: Scenario = {
  name: 'damaged-disks',
  summary: 'agents come home to journals and markers that are missing, torn, garbage or outdated',
  promise:
    'What runs on a host and is still its own is adopted without being started again, whatever is left on the disk; nobody stale comes in, and no traffic ends for it.',
  size: { ...defaultSize, agents: 4, loadBalancers: 16, vips: true },
  checkers: [damageEndsNoTraffic],
  plan(stream, planFrame) {
    const { controllerIds, loadBalancers } = planFrame;
    const draws = stream('faults');
    const faults = Array.from({ length: times }, (_, index) => {
      const fromMs = quietMs + index * everyMs;
      return round(draws, faultFrame(planFrame, fromMs, fromMs + 4_000), controllerIds);
    });
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 5_000, untilMs, editsMax: 3, deletedShare: 0.2 },
      drawProviders(stream('providers'), { host: 0.6, vip: 0.3 }),
    );
    return { work, faults: faults.flat(), untilMs };
  },
};

function round(draws: RandomStream, frame: FaultFrame, controllers: readonly string[]): Fault[] {
  const markers = Array.from({ length: draws.integer(0, 3) }, () =>
    markerDamaged.draw(draws, frame),
  );
  const isSilent = draws.chance(silentShare);
  const kinds = isSilent
    ? [journalDamaged]
    : [journalDamaged, journalDamaged, agentCrash, hostDies];
  const agents = Array.from({ length: draws.integer(isSilent ? 1 : 0, 2) }, () =>
    draws.pick(kinds).draw(draws, frame),
  );
  const silent = (isSilent ? controllers : []).map((target): Fault => {
    const atMs = frame.fromMs - draws.between(0, 200);
    return { kind: controllerCrash.name, atMs, forMs: silenceMs, target, variant: '' };
  });
  return [...markers, ...agents, ...silent];
}
