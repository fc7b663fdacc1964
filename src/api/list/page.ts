import { Fault } from '../../../machines/model/fault.ts';
import type { ApiContext } from '../context.ts';
import type { ListItem } from './item.ts';
import { flag, single } from './query.ts';
import type { Order } from './sort.ts';

/** What a query asks to be shown of a list. */
export interface PageRequest {
  readonly limit: number;
  /** The id of the item next to which the page begins; null for the list's end. */
  readonly marker: string | null;
  /** The page that ends before the marker, in place of the one that begins behind it. */
  readonly reverse: boolean;
}

export interface Page {
  /** In the list's order, also where the page was asked for in reverse. */
  readonly items: readonly ListItem[];
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
}

/**
 * The page that a query asks for. Where it names no limit, or none that is a bound (`infinite`, 0 or
 * less), the page is as large as pages may be. Throws a Fault (400).
 */
export function pageRequestOf(c: ApiContext, pageSizeMax: number): PageRequest {
  return {
    limit: limitOf(single(c, 'limit'), pageSizeMax),
    marker: single(c, 'marker'),
    reverse: flag(c, 'page_reverse'),
  };
}

function limitOf(value: string | null, pageSizeMax: number): number {
  if (value === null || value === 'infinite') return pageSizeMax;
  if (!/^[+-]?\d{1,15}$/.test(value)) {
    throw new Fault(
      400,
      `Supplied pagination limit '${value}' is not valid. Give a number, or 'infinite' for the ` +
        `greatest, which is ${pageSizeMax}.`,
    );
  }
  const limit = Number(value);
  return limit < 1 ? pageSizeMax : Math.min(limit, pageSizeMax);
}

/**
 * Cuts a page out of the items that were found, which stand in order. The marker is looked for among
 * all items, because what it names may no longer be what the filters look for. Throws a Fault (400).
 */
export function cutPage(
  found: readonly ListItem[],
  all: readonly ListItem[],
  order: Order,
  { limit, marker, reverse }: PageRequest,
): Page {
  const start = marker === null ? null : markerIn(all, marker);
  if (reverse) {
    const before = start === null ? found : found.filter((item) => order(item, start) < 0);
    const hasPrevious = before.length > limit;
    return { items: before.slice(-limit), hasPrevious, hasNext: before.length < found.length };
  }
  const behind = start === null ? found : found.filter((item) => order(item, start) > 0);
  const hasNext = behind.length > limit;
  return { items: behind.slice(0, limit), hasPrevious: behind.length < found.length, hasNext };
}

function markerIn(all: readonly ListItem[], marker: string): ListItem {
  const id = marker.toLowerCase();
  const item = all.find(({ resource }) => resource.id === id);
  if (item !== undefined) return item;
  throw new Fault(
    400,
    `Supplied pagination marker '${marker}' is not valid. Give the id of an item of this list, or ` +
      'begin again without a marker if it was deleted.',
  );
}

export interface Link {
  readonly rel: 'previous' | 'next';
  readonly href: string;
}

/**
 * Where the neighbouring pages are. The links repeat the whole query: clients ask for what a link
 * says and nothing else, so a filter that was left out would be lost on the second page.
 */
export function linksOf(c: ApiContext, page: Page, { limit }: PageRequest): readonly Link[] {
  const first = page.items.at(0);
  const last = page.items.at(-1);
  if (first === undefined || last === undefined) return [];
  const link = (rel: Link['rel'], marker: string): Link => {
    const url = new URL(c.req.url);
    url.searchParams.delete('page_reverse');
    url.searchParams.set('limit', String(limit));
    url.searchParams.set('marker', marker);
    if (rel === 'previous') url.searchParams.set('page_reverse', 'True');
    return { rel, href: url.href };
  };
  return [
    ...(page.hasPrevious ? [link('previous', first.resource.id)] : []),
    ...(page.hasNext ? [link('next', last.resource.id)] : []),
  ];
}
