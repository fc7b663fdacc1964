import type { Fault } from '../faults/fault.ts';
import { defaultSize, type PlanFrame, type Scenario } from '../scenarios/scenario.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import type { RandomStream } from '../world/random-streams.ts';

interface LeasedStory extends Pick<Scenario, 'name' | 'summary' | 'promise' | 'checkers'> {
  readonly untilMs: number;
  /** Have agents witnesses? */
  readonly witnesses?: true;
  faults(draws: RandomStream, frame: PlanFrame): readonly Fault[];
}

/** Twelve load balancers at leased addresses, on five hosts with an agent each; the rest is up to its faults. */
export function leasedWorld({ untilMs, witnesses, faults, ...words }: LeasedStory): Scenario {
  return {
    ...words,
    size: {
      ...defaultSize,
      ...{ agentsPerHost: 1, loadBalancers: 12, vips: true },
      ...(witnesses === undefined ? {} : { witnesses }),
    },
    plan: (stream, frame) => ({
      untilMs,
      faults: faults(stream('faults'), frame),
      work: drawWork(
        stream('workload'),
        {
          loadBalancers: frame.loadBalancers,
          createdByMs: 3_000,
          untilMs,
          editsMax: 1,
          deletedShare: 0,
        },
        drawProviders(stream('providers'), { vip: 1 }),
      ),
    }),
  };
}
