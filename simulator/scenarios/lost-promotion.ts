import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentPause } from '../faults/agent-pause.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import { deviceRefusesRemoval } from '../faults/device-refuses-removal.ts';
import { deviceSlow } from '../faults/device-slow.ts';
import { deviceUnreachable } from '../faults/device-unreachable.ts';
import type { Fault } from '../faults/fault.ts';
import { storeLeaderLost } from '../faults/store-leader-lost.ts';
import { Draft } from '../workload/draft.ts';
import { drawProviders, nameOf, type Work } from '../workload/work.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { type PlanFrame, type Scenario, smallSize } from './scenario.ts';

const untilMs = 20_000;
const createdByMs = 1_500;
/** From then on nobody hears the one agent; half a heartbeat and `deadAfterMs` later it is thought dead. */
const silentMs = 3_000;
const verdictMs = 5_600;
const deathMs = 6_200;

/** When clients want something: around the verdict, around the deaths, and when all are back. */
const moments = [
  silentMs - 600,
  verdictMs - 400,
  verdictMs + 300,
  deathMs + 3_000,
  deathMs + 3_500,
  deathMs + 4_500,
  deathMs + 5_500,
  deathMs + 6_500,
  deathMs + 9_500,
];

/**
 * A judge is wrong about an agent, standbys take over on their grants, and every controller dies before
 * a store takes a promotion or the verdict. The records name a holder whom the devices refuse. In many
 * seeds the standby, which knows better, is gone as well, so that only a refusal can tell.
 */
export const lostPromotionScenario: Scenario = {
  name: 'lost-promotion',
  summary: 'standbys take over on grants, and every controller dies before that is on record',
  promise:
    'What the devices know is found out and put right: by claims, by refusals, and also for what is deleted meanwhile.',
  size: { ...smallSize, loadBalancers: 10 },
  plan(stream, planFrame) {
    const draws = stream('faults');
    const faults = [
      ...loseThePromotion(draws, planFrame),
      ...(draws.chance(0.8) ? loseTheStandby(draws, planFrame) : []),
      ...troubleDevices(draws, planFrame),
    ];
    return { work: drawWorkAround(stream, planFrame.loadBalancers), faults, untilMs };
  },
};

function loseThePromotion(draws: RandomStream, { ids, controllerIds }: PlanFrame): Fault[] {
  const [target = ''] = ids;
  const silence = draws.pick([
    { kind: agentPause.name, variant: '' },
    { kind: agentCut.name, variant: 'both' },
  ]);
  return [
    ...['binding', 'liveness'].map((bucket) => {
      const atMs = draws.between(silentMs - 500, silentMs - 100);
      return { kind: storeLeaderLost.name, atMs, forMs: 6_000, target: bucket, variant: '' };
    }),
    { ...silence, atMs: silentMs, forMs: draws.between(4_000, 8_500), target },
    ...controllerIds.map((controller) => {
      const when = { atMs: deathMs, forMs: draws.between(2_500, 3_500) };
      return { kind: controllerCrash.name, ...when, target: controller, variant: '' };
    }),
  ];
}

/**
 * Just after its grant. One that starts anew has forgotten it. One that is silent for so long that
 * somebody else is named the standby tells of it later.
 */
function loseTheStandby(draws: RandomStream, { ids }: PlanFrame): Fault[] {
  const atMs = draws.between(verdictMs + 50, deathMs);
  const short = draws.between(300, 7_000);
  const long = draws.between(6_500, 9_500);
  const loss = draws.pick([
    { kind: agentCrash.name, forMs: short, variant: '' },
    { kind: agentCrash.name, forMs: short, variant: '' },
    { kind: agentPause.name, forMs: long, variant: '' },
    { kind: agentCut.name, forMs: long, variant: 'both' },
    { kind: agentCut.name, forMs: long, variant: 'in' },
  ]);
  return [{ ...loss, atMs, target: draws.pick(ids.slice(1)) }];
}

/** What takes long, or is not done at all, is still under way when the rest of the news comes. */
function troubleDevices(draws: RandomStream, { loadBalancers }: PlanFrame): Fault[] {
  const when = { atMs: draws.between(silentMs, deathMs + 6_000), forMs: draws.between(500, 6_000) };
  const variant = String(draws.pick([50, 200]));
  const trouble = draws.pick([
    [],
    [{ kind: deviceSlow.name, ...when, target: '', variant }],
    [{ kind: deviceUnreachable.name, ...when, target: '', variant: 'nobody reaches it' }],
  ]);
  const locked = Array.from({ length: loadBalancers }, (_, index) => index).filter(() =>
    draws.chance(0.2),
  );
  const refusals = locked.map((index) => ({
    kind: deviceRefusesRemoval.name,
    atMs: draws.between(createdByMs, silentMs - 800),
    forMs: draws.between(3_000, 12_000),
    target: nameOf(index),
    variant: 'it is locked',
  }));
  return [...trouble, ...refusals];
}

function drawWorkAround(
  stream: (name: string) => RandomStream,
  loadBalancers: number,
): readonly Work[] {
  const draws = stream('workload');
  const provider = drawProviders(stream('providers'), { marker: 0.2 });
  const near = () => draws.pick(moments) + draws.between(0, 800);
  const work = Array.from({ length: loadBalancers }, (_, index): Work[] => {
    const loadBalancer = nameOf(index);
    const draft = new Draft(draws, false);
    const attributes = { ...draft.attributes, provider: provider() };
    const edits = Array.from({ length: draws.integer(0, 3) }, near).toSorted((a, b) => a - b);
    return [
      { atMs: draws.between(0, createdByMs), loadBalancer, type: 'create', attributes },
      ...edits.map((atMs): Work => ({ atMs, loadBalancer, type: 'edit', change: draft.change() })),
      ...(draws.chance(0.5) ? [{ atMs: near(), loadBalancer, type: 'delete' } as const] : []),
    ];
  });
  return work.flat().toSorted((a, b) => a.atMs - b.atMs);
}
