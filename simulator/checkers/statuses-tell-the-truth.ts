import { isDeepStrictEqual } from 'node:util';
import type { LoadBalancerView } from '../../src/api/services.ts';
import type { Controller } from '../../src/controller/controller.ts';
import { desiredOf } from '../evidence/records.ts';
import { isRemovedUnheard } from '../evidence/removed-unheard.ts';
import type { World } from '../world/world.ts';
import type { CheckerKind } from './checker.ts';
import { placeOf } from './device-equals-desired.ts';

/** After healing and quiet, every controller shows of traffic what the device itself says of it. */
export const statusesTellTheTruth: CheckerKind = {
  name: 'statuses-tell-the-truth',
  start: ({ world, controllers, violate }) => ({
    atEnd() {
      for (const { id, problem } of untruths(world, controllers())) violate(problem, id);
    },
  }),
};

/** What controllers show of traffic otherwise than it is. */
export function untruths(
  world: World,
  controllers: readonly Controller[],
): readonly { readonly id: string; readonly problem: string }[] {
  const drivers = new Map(
    world.stores.desired.snapshot().map(({ key, value }) => [key, desiredOf(value).driver]),
  );
  return controllers.flatMap((controller, index) =>
    controller.loadBalancers.list().flatMap((view) => {
      const { id } = view.document;
      const problem = untruth(world, view, drivers.get(id) ?? '');
      return problem === null
        ? []
        : [{ id, problem: `the ${ordinals[index]} controller ${problem}` }];
    }),
  );
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];

function untruth(world: World, view: LoadBalancerView, driver: string): string | null {
  const { document, binding, state, operating } = view;
  // Of what nobody drives, nobody can tell.
  if (state !== 'bound.settled' || binding === null) return null;
  const place = placeOf(world, driver, binding.agent);
  // It was carried out and the store has lost that: on record as it was, and gone from its device.
  if (isRemovedUnheard(world, place, document.id)) return null;
  const truth = place?.device.peek(document.id)?.operating;
  if (truth === undefined || isDeepStrictEqual(operating, truth)) return null;
  return `shows ${JSON.stringify(operating)}, and ${place?.name} says ${JSON.stringify(truth)}`;
}
