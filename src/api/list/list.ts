import type { ApiContext, ApiOptions } from '../context.ts';
import type { Shape } from './attributes.ts';
import { projectionOf } from './fields.ts';
import { filtersOf } from './filters.ts';
import type { ListItem } from './item.ts';
import { cutPage, linksOf, pageRequestOf } from './page.ts';
import { orderOf } from './sort.ts';

/**
 * The envelope of a list: what the query's filters leave of the items, in its order, one page of it.
 * Comparing attributes first and rendering later keeps look-ups by name cheap among many. Throws a
 * Fault (400) for a query that can't be meant.
 */
export function listResponse(
  c: ApiContext,
  { config }: Pick<ApiOptions, 'config'>,
  shape: Shape,
  items: readonly ListItem[],
): Response {
  const filters = filtersOf(c, shape);
  const order = orderOf(c, shape);
  const request = pageRequestOf(c, config.pageSizeMax);
  const project = projectionOf(c, shape);
  const found = items.filter((item) => filters.every((matches) => matches(item))).toSorted(order);
  const page = cutPage(found, items, order, request);
  return c.json({
    [shape.plural]: page.items.map((item) => project(item.render())),
    [`${shape.plural}_links`]: linksOf(c, page, request),
  });
}

/** The answer that shows one resource, with all its attributes or with the `fields` of the query. */
export function itemResponse(
  c: ApiContext,
  root: string,
  shape: Shape,
  resource: object,
): Response {
  return c.json({ [root]: projectionOf(c, shape)(resource) });
}
