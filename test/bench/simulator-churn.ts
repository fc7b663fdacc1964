import { agentCrash } from '../../simulator/faults/agent-crash.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { defaultSize, type Scenario } from '../../simulator/scenarios/scenario.ts';
import { drawWork } from '../../simulator/workload/work.ts';

/** Some agent dies this often, and is back after the given time. */
const crashEveryMs = 10_000;
const backAfterMs = 4_000;

/** All load balancers are there after this time, and then nobody edits them. */
const createdByMs = 3_000;

/** A deployment that is in use for long: heartbeats, and now and then an agent that dies. */
export function churn(seconds: number): Scenario {
  const untilMs = seconds * 1_000;
  return {
    name: 'churn',
    summary: 'an agent crashes every ten seconds and comes back',
    promise: '',
    size: defaultSize,
    plan(stream, { ids, loadBalancers }) {
      const victims = stream('faults');
      const faults: Fault[] = [];
      for (let atMs = crashEveryMs; atMs + backAfterMs <= untilMs; atMs += crashEveryMs) {
        // Drawn, because in turns it would always be the one that has gathered the most.
        const target = victims.pick(ids);
        faults.push({ kind: agentCrash.name, atMs, forMs: backAfterMs, target, variant: '' });
      }
      const frame = { loadBalancers, createdByMs, untilMs, editsMax: 0, deletedShare: 0 };
      return { work: drawWork(stream('workload'), frame), faults, untilMs };
    },
  };
}
