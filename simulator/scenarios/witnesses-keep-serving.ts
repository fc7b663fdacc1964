import { witnessesKeepServing } from '../checkers/witnesses-keep-serving.ts';
import type { Fault } from '../faults/fault.ts';
import { drawProviders, drawWork } from '../workload/work.ts';
import { defaultSize, type Scenario } from './scenario.ts';

/** Everything has been asked for by then, and has come to rest a few seconds later. */
const workedMs = 12_000;
const silentMs = 20_000;
/** Many times as long as a lease. */
const silenceMs = 120_000;
/** How far apart the controllers go, and come back. */
const spreadMs = 2_000;
/** With fewer, the others would have too few witnesses left. */
const hostsForACut = 4;
const untilMs = silentMs + silenceMs + 2 * spreadMs;

const courses = [
  { kind: 'controller-crash', variants: [''] },
  { kind: 'controller-pause', variants: [''] },
  { kind: 'controller-cut', variants: ['in', 'out', 'both'] },
  { kind: 'nats-restart', variants: ['killed', 'Server Shutdown'] },
] as const;

export const witnessesKeepServingScenario: Scenario = {
  name: 'witnesses-keep-serving',
  summary:
    'all controllers or the NATS server are away for two minutes, and mostly one host is cut off meanwhile',
  promise:
    'What is served at leased addresses is served on as long as the witnesses of its agent promise that, a host that reaches none of them lets go, and whoever comes back finds the rest as it was.',
  size: { ...defaultSize, agentsPerHost: 1, loadBalancers: 12, vips: true, witnesses: true },
  checkers: [witnessesKeepServing],
  plan(stream, { ids, controllerIds, loadBalancers }) {
    const draws = stream('faults');
    const course = draws.pick(courses);
    const targets = course.kind === 'nats-restart' ? [''] : controllerIds;
    const faults = targets.map((target): Fault => {
      const atMs = silentMs + draws.between(0, spreadMs);
      const endsMs = silentMs + silenceMs + spreadMs + draws.between(0, spreadMs);
      const variant = draws.pick<string>(course.variants);
      return { kind: course.kind, atMs, forMs: endsMs - atMs, target, variant };
    });
    if (ids.length >= hostsForACut && draws.chance(0.75)) {
      const atMs = silentMs + draws.between(20_000, 60_000);
      const forMs = draws.between(8_000, 40_000);
      faults.push({ kind: 'agent-cut', atMs, forMs, target: draws.pick(ids), variant: 'both' });
    }
    const work = drawWork(
      stream('workload'),
      { loadBalancers, createdByMs: 4_000, untilMs: workedMs, editsMax: 2, deletedShare: 0.2 },
      drawProviders(stream('providers'), { vip: 0.9 }),
    );
    return { work, faults, untilMs };
  },
};
