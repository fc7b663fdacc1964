import { Fault } from '../../machines/model/fault.ts';
import type { ApiContext } from './context.ts';

/** Parameters with a meaning of their own; whatever else a query holds is a filter. */
const reserved = new Set([
  'fields',
  'limit',
  'marker',
  'page_reverse',
  'sort',
  'sort_key',
  'sort_dir',
  'tags',
  'tags-any',
  'not-tags',
  'not-tags-any',
]);

/** One candidate of a list: what can be compared before it is rendered, and how to render it. */
export interface ListItem {
  readonly resource: object & { readonly id: string; readonly created_at: string };
  readonly loadBalancerId: string;
  readonly render: () => object;
}

/**
 * The envelope of a list: the items that equal all filters of the query, oldest first. Comparing
 * attributes first and rendering later keeps look-ups by name cheap among many. Throws a Fault (400)
 * for a filter that no item could have.
 */
export function listResponse(
  c: ApiContext,
  plural: string,
  filterable: readonly string[],
  items: readonly ListItem[],
): Response {
  const filters = filtersOf(c, filterable);
  const found = items
    .filter((item) => filters.every(([name, value]) => matches(item, name, value)))
    .toSorted((a, b) => order(a.resource, b.resource));
  return c.json({ [plural]: found.map((item) => item.render()), [`${plural}_links`]: [] });
}

function filtersOf(c: ApiContext, filterable: readonly string[]): [string, string][] {
  return Object.entries(c.req.queries()).flatMap(([name, values]): [string, string][] => {
    if (reserved.has(name)) return [];
    const filter = name === 'tenant_id' ? 'project_id' : name;
    if (values.length !== 1 || !filterable.includes(filter)) {
      throw new Fault(
        400,
        `One or more arguments are either duplicate or invalid: ${name}. ` +
          `Filters are ${filterable.join(', ')}.`,
      );
    }
    return [[filter, values[0] ?? '']];
  });
}

/** Octavia's database compares booleans, ids and enumerations without regard to case. */
const caseless = new Set(['id', 'loadbalancer_id', 'admin_state_up']);

function matches(item: ListItem, name: string, wanted: string): boolean {
  const actual = valueOf(item, name);
  if (!caseless.has(name)) return actual === wanted;
  return actual.toLowerCase() === wanted.toLowerCase();
}

function valueOf(item: ListItem, name: string): string {
  if (name === 'loadbalancer_id') return item.loadBalancerId;
  const source = Object.hasOwn(item.resource, name) ? item.resource : item.render();
  const value = (source as Record<string, unknown>)[name];
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function order(a: ListItem['resource'], b: ListItem['resource']): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** What every resource can be filtered by. */
export const commonFilters = [
  'id',
  'name',
  'project_id',
  'admin_state_up',
  'provisioning_status',
  'operating_status',
];
