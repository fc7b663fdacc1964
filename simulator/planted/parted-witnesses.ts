import { agentCrash } from '../faults/agent-crash.ts';
import type { Fault } from '../faults/fault.ts';
import { networkPartition } from '../faults/network-partition.ts';
import { leasedWorld } from './leased-world.ts';

/*
 * Stories of agent-1, whose witnesses are agent-2, agent-3 and agent-4: two of them carry its lease on, and two
 * have to deny it.
 */

const cutMs = 6_000;
const partedForMs = 18_000;
const untilMs = cutMs + partedForMs + 1_000;

/** From so long after the cut on, these don't hear those. */
const parted = (
  side: readonly string[],
  rest: readonly string[],
  fromMs = 0,
  forMs = partedForMs,
): Fault => ({
  kind: networkPartition.name,
  atMs: cutMs + fromMs,
  forMs,
  target: `${side.join(' ')} / ${rest.join(' ')}`,
  variant: 'both ways',
});

/** It and so many of its witnesses are on one side, everybody else is on the other one. */
const partedWith = (witnesses: number, name: string, summary: string, promise: string) =>
  leasedWorld({
    ...{ name, summary, promise, untilMs, witnesses: true },
    faults: (_, { ids, controllerIds }) => [
      parted(ids.slice(0, witnesses + 1), [...ids.slice(witnesses + 1), ...controllerIds]),
    ],
  });

export const partedWithEnoughScenario = partedWith(
  2,
  'parted-with-enough',
  'an agent is parted from its judges together with enough of its witnesses',
  'What it serves by the promises of witnesses whom no judge hears is started nowhere else.',
);

export const partedWithTooFewScenario = partedWith(
  1,
  'parted-with-too-few',
  'an agent is parted from its judges together with too few of its witnesses',
  'It lets go, and nobody serves beside it.',
);

/** One of them reaches both sides, and is killed just after it was asked to deny. */
export const restartedWitnessScenario = leasedWorld({
  name: 'restarted-witness',
  summary: 'a witness that has just promised is killed and started again',
  promise: 'It denies nothing while what it has promised may live.',
  untilMs,
  witnesses: true,
  faults: (draws, { ids: [one = '', two = '', three = '', ...others], controllerIds }) => [
    parted([one, two], [...others, ...controllerIds]),
    parted([one], [...others], 0),
    {
      kind: agentCrash.name,
      atMs: cutMs + draws.between(2_900, 3_300),
      forMs: draws.between(200, 500),
      target: three,
      variant: '',
    },
  ],
});

/**
 * A witness denies, is killed, and meets the agent again, which has lived by the others meanwhile. Then one of
 * those goes over to the judges.
 */
export const returnedWitnessScenario = leasedWorld({
  name: 'returned-witness',
  summary: 'a witness that has denied an agent is started again, and asked to promise',
  promise: 'What it has denied, it never promises again.',
  untilMs: untilMs + 6_000,
  witnesses: true,
  faults: (draws, { ids: [one = '', two = '', three = '', four = ''], controllerIds }) => {
    const changesMs = draws.between(6_000, 7_000);
    const lastsMs = partedForMs + 4_000;
    return [
      parted([one, two], controllerIds, 0, lastsMs),
      parted([four], controllerIds, 0, changesMs),
      parted([one], [three], 0, changesMs),
      parted([one], [four], changesMs, lastsMs - changesMs),
      {
        kind: agentCrash.name,
        atMs: cutMs + changesMs - 1_000,
        forMs: draws.between(100, 400),
        target: three,
        variant: '',
      },
    ];
  },
});
