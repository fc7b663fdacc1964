import { Fault } from '../../../machines/model/fault.ts';
import type { ApiContext } from '../context.ts';
import { canonical, canonicalHeld, filterKind, scalarNames, type Shape } from './attributes.ts';
import { type ListItem, valueOf } from './item.ts';
import { reserved, several } from './query.ts';

export type Filter = (item: ListItem) => boolean;

/**
 * What a query asks of each item. Throws a Fault (400) for a filter that no item could have, because
 * a misspelt one would otherwise find either nothing or everything.
 */
export function filtersOf(c: ApiContext, shape: Shape): readonly Filter[] {
  const filters: Filter[] = [];
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (reserved.has(name)) continue;
    const kind = filterKind(shape, name);
    const [value, ...others] = values;
    if (kind === null || value === undefined || others.length > 0) {
      throw new Fault(
        400,
        `One or more arguments are either duplicate or invalid: ${name}. ` +
          `Filters are ${scalarNames(shape.attributes, shape.relations).join(', ')}.`,
      );
    }
    const wanted = canonical(name, kind, value);
    filters.push((item) => canonicalHeld(kind, valueOf(item, name)) === wanted);
  }
  return [...filters, ...tagFilters(c)];
}

function tagFilters(c: ApiContext): readonly Filter[] {
  const asked = (name: string, holds: (has: ReadonlySet<string>, tags: string[]) => boolean) => {
    const tags = [...new Set(several(c, name))];
    if (tags.length === 0) return [];
    return [(item: ListItem) => holds(new Set(item.resource.tags ?? []), tags)];
  };
  const all = (has: ReadonlySet<string>, tags: string[]) => tags.every((tag) => has.has(tag));
  const any = (has: ReadonlySet<string>, tags: string[]) => tags.some((tag) => has.has(tag));
  return [
    ...asked('tags', all),
    ...asked('tags-any', any),
    ...asked('not-tags', (has, tags) => !all(has, tags)),
    ...asked('not-tags-any', (has, tags) => !any(has, tags)),
  ];
}
