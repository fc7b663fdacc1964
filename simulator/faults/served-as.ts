import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Place } from '../world/places.ts';
import type { World } from '../world/world.ts';

/** Where devices have the content of a load balancer of this name, and which. */
export function servedAs(
  world: World,
  name: string,
): readonly {
  readonly place: Place;
  readonly id: string;
  readonly content: LoadBalancerDocument;
}[] {
  return [...world.places.values()].flatMap((place) =>
    place.device.ids().flatMap((id) => {
      const content = place.device.content(id);
      return content?.name === name ? [{ place, id, content }] : [];
    }),
  );
}
