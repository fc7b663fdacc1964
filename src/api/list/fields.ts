import { Fault } from '../../../machines/model/fault.ts';
import type { ApiContext } from '../context.ts';
import type { Shape } from './attributes.ts';
import { several } from './query.ts';

/**
 * Leaves of a resource what `fields` names, or all of it where nothing is named. Throws a Fault (400)
 * for a name that no resource of the kind has.
 */
export function projectionOf(c: ApiContext, { attributes }: Shape): (resource: object) => object {
  const names = new Set(several(c, 'fields'));
  if (names.size === 0) return (resource) => resource;
  const unknown = [...names].filter((name) => !Object.hasOwn(attributes, name));
  if (unknown.length > 0) {
    throw new Fault(
      400,
      `One or more arguments are either duplicate or invalid: fields ${unknown.join(', ')}. ` +
        `Fields are ${Object.keys(attributes).join(', ')}.`,
    );
  }
  return (resource) =>
    Object.fromEntries(Object.entries(resource).filter(([name]) => names.has(name)));
}
