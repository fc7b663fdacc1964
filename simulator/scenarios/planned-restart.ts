import { agentCordon } from '../faults/agent-cordon.ts';
import { agentRestart } from '../faults/agent-restart.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import type { Fault } from '../faults/fault.ts';
import { storeLeaderLost } from '../faults/store-leader-lost.ts';
import { drawWork } from '../workload/work.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { type Scenario, smallSize } from './scenario.ts';

const rounds = 2;
const firstMs = 5_000;
const everyMs = 15_000;

/** Agents are upgraded one after the other, twice; some are late, and some lose their judge over it. */
export const plannedRestartScenario: Scenario = {
  name: 'planned-restart',
  summary:
    'one agent after the other is restarted on purpose; judges die over it, some agents are late',
  promise:
    'A planned restart moves nothing while its lease lasts, whoever judges; what is not back by then is taken over, and what is being drained is not waited for.',
  // Enough for some to be created while agents are away.
  size: { ...smallSize, loadBalancers: 40 },
  plan(stream, { ids, controllerIds, loadBalancers }) {
    const draws = stream('faults');
    const order = Array.from({ length: rounds }, () => draws.shuffled(ids)).flat();
    const untilMs = firstMs + order.length * everyMs;
    const faults = order.flatMap((target, index) =>
      restart(draws, target, firstMs + index * everyMs, controllerIds),
    );
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: untilMs - everyMs,
      untilMs,
      editsMax: 2,
      deletedShare: 0.2,
    });
    return { work, faults, untilMs };
  },
};

function restart(
  draws: RandomStream,
  target: string,
  atMs: number,
  controllers: readonly string[],
): Fault[] {
  const isLate = draws.chance(0.2);
  const way = draws.pick(['stop', 'stop', 'order']);
  const leaseMs = isLate ? 2_000 : draws.pick([5_000, 20_000]);
  const forMs = isLate ? draws.between(3_000, 8_000) : draws.between(300, leaseMs * 0.4);
  const faults: Fault[] = [
    { kind: agentRestart.name, atMs, forMs, target, variant: `${way} ${leaseMs}` },
  ];
  const crashes = draws.chance(0.5) ? draws.integer(1, Math.max(1, controllers.length - 1)) : 0;
  for (const controller of draws.shuffled(controllers).slice(0, crashes)) {
    faults.push({
      kind: controllerCrash.name,
      atMs: atMs + draws.between(5, 1_500),
      forMs: draws.between(500, 6_000),
      target: controller,
      variant: '',
    });
  }
  // Longer than an agent asks for its lease.
  if (draws.chance(0.2)) {
    const lostMs = atMs - draws.between(0, 100);
    const bucket = draws.pick(['liveness', 'all']);
    faults.push({
      kind: storeLeaderLost.name,
      atMs: lostMs,
      forMs: draws.between(4_000, 12_000),
      target: bucket,
      variant: '',
    });
    // Whoever ordered it has no patience, and has its service manager do it.
    if (way === 'order' && draws.chance(0.5)) {
      const againMs = atMs + draws.between(500, 3_000);
      const variant = `stop ${leaseMs}`;
      faults.push({ kind: agentRestart.name, atMs: againMs, forMs: 8_000, target, variant });
    }
  }
  // What is being drained is not waited for, and leaves.
  if (draws.chance(0.1)) {
    const drainMs = atMs - draws.between(100, 2_000);
    const order = { target, variant: 'drain' };
    faults.push({ kind: agentCordon.name, atMs: drainMs, forMs: 8_000, ...order });
  }
  return faults;
}
