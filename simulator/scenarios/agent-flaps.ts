import { presets } from '../../machines/timings/timings.ts';
import { flapsMoveOnce } from '../checkers/flaps-move-once.ts';
import type { Fault } from '../faults/fault.ts';
import { drawWork } from '../workload/work.ts';
import { type Scenario, smallSize } from './scenario.ts';

const untilMs = 45_000;
const { suspectAfterMs, deadAfterMs, heartbeatMs } = presets.lan;

/** How long it stands still: just too short and just long enough to be suspect, and to be dead. */
const lengths = [
  [suspectAfterMs - heartbeatMs - 200, suspectAfterMs - heartbeatMs],
  [suspectAfterMs, suspectAfterMs + 300],
  [deadAfterMs - heartbeatMs - 200, deadAfterMs - heartbeatMs],
  [deadAfterMs, deadAfterMs + 300],
  [deadAfterMs + heartbeatMs / 2, deadAfterMs + heartbeatMs],
] as const;

/** One agent stands still, goes on, stands still, around the very times that judges wait for. */
export const agentFlapsScenario: Scenario = {
  name: 'agent-flaps',
  summary: 'an agent stands still again and again, about as long as makes it suspect, or dead',
  promise:
    'Standing still for less than makes an agent dead moves nothing; each longer time moves a load balancer once at most.',
  size: smallSize,
  checkers: [flapsMoveOnce],
  plan(stream, { ids, loadBalancers }) {
    const draws = stream('faults');
    const target = draws.pick(ids);
    const [shortestMs, longestMs] = draws.pick(lengths);
    const faults: Fault[] = [];
    let atMs = 3_000;
    while (atMs < untilMs - 5_000) {
      const forMs = draws.between(shortestMs, longestMs);
      faults.push({ kind: 'agent-pause', atMs, forMs, target, variant: '' });
      atMs += forMs + draws.between(200, 4_000);
    }
    const work = drawWork(stream('workload'), {
      loadBalancers,
      createdByMs: 2_000,
      untilMs,
      editsMax: 5,
      deletedShare: 0.2,
    });
    return { work, faults, untilMs };
  },
};
