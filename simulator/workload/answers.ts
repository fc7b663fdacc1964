/** What a client reads of the API's answers, whose form its own tests hold. */

type Body = Readonly<Record<string, unknown>>;

function asObject(value: unknown): Body | null {
  return typeof value === 'object' && value !== null ? (value as Body) : null;
}

/** The resource under the root of an answer; null if there is none. */
export function resourceOf(body: unknown, root: string): Body | null {
  return asObject(asObject(body)?.[root]);
}

/** The items of a list, or the children of a resource. */
export function itemsOf(body: unknown, key: string): readonly Body[] {
  const items = asObject(body)?.[key];
  return Array.isArray(items) ? items.map(asObject).filter((item) => item !== null) : [];
}

/** A text attribute; empty where it is missing. */
export function textOf(body: Body | null, key: string): string {
  const value = body?.[key];
  return typeof value === 'string' ? value : '';
}
