import { Fault } from '../../../machines/model/fault.ts';
import type { ApiContext } from '../context.ts';
import { compareScalars, type Scalar, scalarNames, type Shape, sortKind } from './attributes.ts';
import { type ListItem, valueOf } from './item.ts';
import { single } from './query.ts';

export type Order = (a: ListItem, b: ListItem) => number;

interface SortKey {
  readonly key: string;
  readonly descending: boolean;
}

/** What orders the items that the query's own keys leave equal: the oldest first, then by id. */
const lastKeys: readonly SortKey[] = [
  { key: 'created_at', descending: false },
  { key: 'id', descending: false },
];

/**
 * The order that a query asks for, by `sort=name:desc,id` or by `sort_key` and `sort_dir`. It is
 * total, so that a page begins where the one before it ended. Throws a Fault (400).
 */
export function orderOf(c: ApiContext, shape: Shape): Order {
  const asked = [...keysOf(c)];
  for (const [index, { key }] of asked.entries()) {
    const isTwice = asked.findIndex((each) => each.key === key) < index;
    if (sortKind(shape, key) === null || isTwice) {
      throw new Fault(
        400,
        `Supplied sort key '${key}' is not valid${isTwice ? ': it is given twice' : ''}. ` +
          `Sort keys are ${scalarNames(shape.attributes).join(', ')}.`,
      );
    }
  }
  const keys = [...asked, ...lastKeys];
  // Looked up once for each item: some are known only when it is rendered.
  const known = new Map<ListItem, readonly Scalar[]>();
  const valuesOf = (item: ListItem): readonly Scalar[] => {
    let values = known.get(item);
    if (values === undefined) {
      values = keys.map(({ key }) => valueOf(item, key));
      known.set(item, values);
    }
    return values;
  };
  return (a, b) => {
    const valuesB = valuesOf(b);
    for (const [index, value] of valuesOf(a).entries()) {
      const order = compareScalars(value, valuesB[index] ?? null);
      if (order !== 0) return keys[index]?.descending === true ? -order : order;
    }
    return 0;
  };
}

function* keysOf(c: ApiContext): Generator<SortKey> {
  const sort = single(c, 'sort');
  const keys = single(c, 'sort_key');
  const directions = single(c, 'sort_dir')?.split(',') ?? [];
  if (sort !== null && keys !== null) {
    throw new Fault(400, 'Only one of sort and sort_key can be given.');
  }
  if (sort !== null) {
    for (const part of sort.split(',')) {
      const [key = '', direction, ...rest] = part.split(':');
      if (rest.length > 0) throw new Fault(400, `Supplied sort key '${part}' is not valid.`);
      yield { key, descending: isDescending(direction ?? 'asc') };
    }
    return;
  }
  const names = keys?.split(',') ?? [];
  if (directions.length > names.length) {
    throw new Fault(
      400,
      `Supplied sort direction '${directions.join(',')}' is not valid: there are ` +
        `${directions.length} directions for ${names.length} sort keys.`,
    );
  }
  for (const [index, key] of names.entries()) {
    yield { key, descending: isDescending(directions[index] ?? 'asc') };
  }
}

function isDescending(direction: string): boolean {
  const word = direction.toLowerCase();
  if (word === 'asc' || word === 'desc') return word === 'desc';
  throw new Fault(400, `Supplied sort direction '${direction}' is not valid. Give asc or desc.`);
}
