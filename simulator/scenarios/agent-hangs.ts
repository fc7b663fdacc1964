import type { Fault } from '../faults/fault.ts';
import { itself } from '../workload/resources.ts';
import { drawWork, type Work } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 25_000;
const createdByMs = 2_000;
const editedMs = 6_000;

/** The zombie: it hangs with calls under way, is replaced, and goes on as if nothing had happened. */
export const agentHangsScenario: Scenario = {
  name: 'agent-hangs',
  summary: 'an agent hangs or is suspended past its lease with calls to the device under way',
  promise:
    'Once another agent has taken over, the device refuses whatever the hung one still had under way.',
  size: smallSize,
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const life = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs,
      untilMs,
      editsMax: 3,
      deletedShare: 0,
    });
    // All of them, because nobody knows yet which ones the agent will hold.
    const edits = life.flatMap((each): Work[] =>
      each.type === 'create'
        ? [
            {
              atMs: editedMs + draws.between(0, 150),
              type: 'edit',
              loadBalancer: each.loadBalancer,
              change: { ...itself, verb: 'update', attributes: { description: 'under way' } },
            },
          ]
        : [],
    );
    const target = draws.pick(ids);
    const kind = draws.pick(['agent-pause', 'vm-suspend']);
    const variant = kind === 'vm-suspend' ? draws.pick(['set', 'late']) : '';
    const faults: Fault[] = [
      { kind: 'device-slow', atMs: editedMs - 50, forMs: 300, target: '', variant: '1000' },
      { kind, atMs: editedMs + 200, forMs: draws.between(4_000, 10_000), target, variant },
    ];
    const work = [...life, ...edits].toSorted((a, b) => a.atMs - b.atMs);
    return { work, faults, untilMs };
  },
};
