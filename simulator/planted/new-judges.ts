import { agentCrash } from '../faults/agent-crash.ts';
import { controllerLeave } from '../faults/controller-leave.ts';
import { leasedWorld } from './leased-world.ts';

/** Agents die, and their judges hand over as soon as that is known. */
export const newJudgesScenario = leasedWorld({
  name: 'new-judges',
  summary: 'agents crash, and their judges hand over to others just after the verdict',
  promise: 'A new judge counts from its beginning: what its predecessor has given lasts as long.',
  untilMs: 25_000,
  faults: (draws, { ids, controllerIds }) =>
    ids.slice(0, 3).flatMap((target, index) => {
      const atMs = 5_000 + index * 6_000;
      const leaves = { atMs: atMs + draws.between(400, 900), forMs: 2_000, variant: '' };
      const controller = controllerIds[index % controllerIds.length] ?? '';
      return [
        { kind: agentCrash.name, atMs, forMs: 5_000, target, variant: '' },
        { kind: controllerLeave.name, ...leaves, target: controller },
      ];
    }),
});
