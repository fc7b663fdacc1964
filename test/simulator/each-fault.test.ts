import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { agentJoin } from '../../simulator/faults/agent-join.ts';
import type { Fault, FaultFrame, FaultKind } from '../../simulator/faults/fault.ts';
import { faultKinds } from '../../simulator/faults/index.ts';
import { faultFrame, type Plan, type Scenario } from '../../simulator/scenarios/scenario.ts';
import { simulate } from '../../simulator/simulate.ts';
import type { WorldEvent } from '../../simulator/world/events.ts';
import { RandomStream } from '../../simulator/world/random-streams.ts';
import { drawProviders, drawWork } from '../../simulator/workload/work.ts';

// Some runs each, and other tests beside it.
vi.setConfig({ testTimeout: 120_000 });

const untilMs = 26_000;
/** Longer than any run: its end is for the healing of all to bring. */
const endlessMs = 10_000_000;
/** A fault may be drawn where it befalls nothing; of so many, one has to be felt. */
const drawsMax = 12;

/** A small world with all that a fault may need: addresses that move, and an appliance that refuses nobody. */
const size = {
  controllers: 3,
  agents: 4,
  agentsPerHost: 2,
  loadBalancers: 12,
  vips: true,
  unfenced: true,
};

/** Many faults are felt only where somebody dies and is back, or where somebody writes by what is old. */
const company: readonly Fault[] = [
  { kind: 'agent-crash', atMs: 12_000, forMs: 3_000, target: 'agent-1', variant: '' },
  { kind: 'controller-crash', atMs: 18_000, forMs: 3_000, target: 'controller-1', variant: '' },
  { kind: 'watch-blind', atMs: 15_000, forMs: 10_000, target: 'controller-3', variant: 'all' },
  ...[17_000, 22_000].map((atMs) => ({
    kind: 'controller-disconnect',
    atMs,
    forMs: 2_000,
    target: 'controller-2',
    variant: '',
  })),
];

type Befalls = (frame: FaultFrame) => Required<Pick<Plan, 'faults' | 'absent'>>;

/** Everything that happened in a world that this befell, but for the news of the faults themselves. */
async function historyWith(befalls: Befalls) {
  const hash = createHash('sha256');
  const observer = (event: WorldEvent): void => {
    if (event.type !== 'fault') hash.update(JSON.stringify(event));
  };
  const scenario: Scenario = {
    name: 'each-fault',
    summary: 'one fault',
    promise: 'it is felt, and healed',
    size,
    plan: (stream, planFrame) => {
      const shares = { host: 0.1, marker: 0.1, vip: 0.2, unfenced: 0.1 };
      const provider = drawProviders(stream('providers'), shares);
      const frame = { loadBalancers: size.loadBalancers, createdByMs: 5_000, untilMs };
      const edits = { editsMax: 8, deletedShare: 0.5 };
      const work = drawWork(stream('workload'), { ...frame, ...edits }, provider);
      const { faults, absent } = befalls(faultFrame(planFrame, 8_000, untilMs));
      return { work, untilMs, faults: [...company, ...faults], absent };
    },
  };
  const { violations } = await simulate({ seed: 1, scenario, observer });
  return { hash: hash.digest('hex'), violations };
}

/** As the kind draws it, but that it does not end by itself; who joins was not there before. */
function drawn(kind: FaultKind, draw: number): Befalls {
  return (frame) => {
    const fault = kind.draw(new RandomStream(draw, kind.name), frame);
    const forMs = fault.forMs === null || fault.forMs === 0 ? fault.forMs : endlessMs;
    const absent = kind.name === agentJoin.name ? [fault.target] : [];
    return { faults: [{ ...fault, forMs }], absent };
  };
}

/** Nobody who is absent ever joins. */
function without(befalls: Befalls) {
  return historyWith((frame) => ({ ...befalls(frame), faults: [] }));
}

describe('every kind of fault', () => {
  const calm = historyWith(() => ({ faults: [], absent: [] }));

  test.each(faultKinds.map((kind) => [kind.name, kind] as const))(
    '%s is felt, and what it has done is healed',
    async (_, kind) => {
      let felt = false;
      for (let draw = 1; draw <= drawsMax && !felt; draw += 1) {
        const befalls = drawn(kind, draw);
        const { hash: before } = await (kind === agentJoin ? without(befalls) : calm);
        const { hash, violations } = await historyWith(befalls);
        expect(violations).toEqual([]);
        felt = hash !== before;
      }
      expect(felt, `none of ${drawsMax} draws has changed anything`).toBe(true);
    },
  );
});
