import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentPause } from '../faults/agent-pause.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import { deviceFailure } from '../faults/device-failure.ts';
import { deviceSlow } from '../faults/device-slow.ts';
import { deviceUnreachable } from '../faults/device-unreachable.ts';
import type { Fault } from '../faults/fault.ts';
import { storeLeaderLost } from '../faults/store-leader-lost.ts';
import { storePowerLoss } from '../faults/store-power-loss.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { type PlanFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 40_000;
/** So far apart that what the trouble after the first one moves is no part of what the second one loses. */
const cutsMs = [7_000, 26_000];
/** How far from its cut's beginning the trouble before and after it is. */
const beforeMs = 5_000;
const afterMs = 8_000;
/** How long before the cut an agent falls silent whose load is moved just before it. */
const silentMs = [2_700, 4_000] as const;

/**
 * The NATS cluster loses power just after load balancers have moved, were edited and deleted, and mostly
 * the controllers do as well. What agents and devices hold is newer than any record, and then the holders
 * on record die.
 */
export const forgottenMovesScenario: Scenario = {
  name: 'forgotten-moves',
  summary: 'the stores forget what was just moved, edited or deleted, and more agents die',
  promise:
    'No epoch that a device knows is given to somebody else, and records end in line with the devices.',
  size: { ...smallSize, loadBalancers: 10 },
  plan(stream, frame) {
    const draws = stream('faults');
    const faults = cutsMs.flatMap((atMs) => {
      const target = draws.pick(['all', 'all', 'binding', 'desired', 'desired', 'desired']);
      const isAlone = target === 'all' && draws.chance(0.5);
      return [
        ...losePower(draws, frame, atMs, target),
        ...draws.pick(isAlone ? [loseTheWitness, loseTheSecondMove] : [troubleAgents])(
          draws,
          frame,
          atMs,
        ),
        ...troubleDevices(draws, atMs),
      ];
    });
    const upon = { momentsMs: cutsMs, aroundMs: [1_500, 2_000], share: 0.8 } as const;
    const { loadBalancers } = frame;
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 22_000, untilMs, editsMax: 5, deletedShare: 0.4, upon },
      drawProviders(stream('providers'), { host: 0.1, marker: 0.1 }),
    );
    return { work, faults, untilMs };
  },
};

/** When it is back, a bucket may have to wait for a leader: until then nothing is put right. */
function losePower(
  draws: RandomStream,
  { controllerIds }: PlanFrame,
  atMs: number,
  target: string,
): Fault[] {
  const when = { atMs, forMs: draws.between(500, 2_500) };
  const variant = String(target === 'desired' ? draws.pick([1_500, 6_000]) : 1_500);
  const isBlackout = draws.chance(0.7);
  const deaths = controllerIds
    .filter(() => isBlackout || draws.chance(0.4))
    .map((controller) => ({
      kind: controllerCrash.name,
      atMs,
      forMs: when.forMs,
      target: controller,
      variant: '',
    }));
  const election = {
    kind: storeLeaderLost.name,
    atMs: atMs + when.forMs - 100,
    forMs: draws.between(4_000, 6_000),
    target: draws.pick(['desired', 'desired', 'binding']),
    variant: '',
  };
  const cut = { kind: storePowerLoss.name, ...when, target, variant };
  return [cut, ...deaths, ...(draws.chance(0.7) ? [election] : [])];
}

function troubleAgents(draws: RandomStream, { ids }: PlanFrame, cutMs: number): Fault[] {
  return Array.from({ length: draws.integer(1, 4) }, () => {
    const kind = draws.pick([agentCrash, agentCrash, agentPause, agentCut]);
    const atMs = draws.between(cutMs - beforeMs, cutMs + afterMs);
    const variant = kind === agentCut ? 'both' : '';
    const forMs = draws.between(500, 5_000);
    return { kind: kind.name, atMs, forMs, target: draws.pick(ids), variant };
  });
}

/**
 * All but one agent are silent until that one has everything. It dies with the records of that, and the
 * others are heard again as if they had never been gone: only a device can tell.
 */
function loseTheWitness(draws: RandomStream, { ids }: PlanFrame, cutMs: number): Fault[] {
  const kind = draws.pick([agentPause, agentCut]);
  const atMs = cutMs - draws.between(...silentMs);
  const [witness = '', ...others] = ids;
  const dies = { atMs: cutMs, forMs: draws.between(2_000, 9_000), target: witness };
  return [
    ...others.map((target) => {
      const forMs = cutMs - atMs + draws.between(0, 2_000);
      const variant = kind === agentCut ? 'both' : '';
      return { kind: kind.name, atMs, forMs, target, variant };
    }),
    { kind: agentCrash.name, ...dies, variant: '' },
  ];
}

/**
 * Two agents die one after the other while their device is slow: on record there is the one that was being bound
 * when the first one died, and the one that has come after it knows better.
 */
function loseTheSecondMove(draws: RandomStream, { ids }: PlanFrame, cutMs: number): Fault[] {
  const [first = '', second = ''] = draws.shuffled(ids);
  const firstDiesMs = cutMs - draws.between(1_600, 2_400);
  const secondDiesMs = cutMs - draws.between(200, 1_300);
  const slow = { atMs: firstDiesMs - 500, forMs: draws.between(2_000, 5_000) };
  const forMs = draws.between(4_000, 9_000);
  return [
    { kind: agentCrash.name, atMs: firstDiesMs, forMs, target: first, variant: '' },
    { kind: agentCrash.name, atMs: secondDiesMs, forMs, target: second, variant: '' },
    { kind: deviceSlow.name, ...slow, target: '', variant: draws.pick(['100', '300']) },
  ];
}

function troubleDevices(draws: RandomStream, cutMs: number): Fault[] {
  const when = { atMs: cutMs - draws.between(0, 1_000), forMs: draws.between(1_000, 4_000) };
  return draws.pick([
    [],
    [{ kind: deviceSlow.name, ...when, target: '', variant: draws.pick(['20', '100']) }],
    [{ kind: deviceUnreachable.name, ...when, target: '', variant: 'nobody reaches it' }],
    [{ kind: deviceFailure.name, ...when, forMs: 0, target: '4', variant: 'unknown' }],
  ]);
}
