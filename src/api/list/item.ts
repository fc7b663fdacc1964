import type { Scalar } from './attributes.ts';

/** One candidate of a list: what can be compared before it is rendered, and how to render it. */
export interface ListItem {
  readonly resource: object & { readonly id: string; readonly tags?: readonly string[] };
  /** By the names of the shape's relations. */
  readonly relations: Readonly<Record<string, string>>;
  readonly render: () => object;
}

/** An attribute of the item; it is rendered only for what its resource does not hold itself. */
export function valueOf(item: ListItem, name: string): Scalar {
  if (Object.hasOwn(item.relations, name)) return item.relations[name] ?? null;
  const source = Object.hasOwn(item.resource, name) ? item.resource : item.render();
  const value = (source as Record<string, unknown>)[name];
  const isScalar = ['string', 'number', 'boolean'].includes(typeof value);
  return isScalar ? (value as Scalar) : null;
}
