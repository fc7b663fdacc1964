import { z } from 'zod';
import { Fault } from '../../../machines/model/fault.ts';

/** How much of a refused value is repeated to the client. */
const shownMax = 200;

/**
 * The attributes that stand under the root key of a request's body. Throws a Fault (400) for the
 * first thing that is wrong, in the words of Octavia's server.
 */
export function parseRequest<T extends z.ZodType>(
  root: string,
  schema: T,
  body: unknown,
): z.output<T> {
  const parsed = bodySchema(root, schema).safeParse(body);
  if (parsed.success) return parsed.data[root] as z.output<T>;
  const issue = parsed.error.issues[0];
  if (issue === undefined) throw new TypeError('a refusal without an issue');
  throw faultOf(issue, body);
}

/** Made once for each schema of the API: to make one takes far longer than to parse by it. */
const bodySchemas = new WeakMap<z.ZodType, Map<string, z.ZodType<Record<string, unknown>>>>();

function bodySchema(root: string, schema: z.ZodType): z.ZodType<Record<string, unknown>> {
  let byRoot = bodySchemas.get(schema);
  if (byRoot === undefined) {
    byRoot = new Map();
    bodySchemas.set(schema, byRoot);
  }
  let body = byRoot.get(root);
  if (body === undefined) {
    body = z.strictObject({ [root]: schema });
    byRoot.set(root, body);
  }
  return body;
}

function faultOf(issue: z.core.$ZodIssue, body: unknown): Fault {
  const names = issue.path.filter((step) => typeof step === 'string');
  if (issue.code === 'unrecognized_keys') {
    const plural = issue.keys.length > 1 ? 's' : '';
    const where = names.length === 0 ? 'body' : names.join('.');
    return new Fault(
      400,
      `Unknown attribute${plural} for argument ${where}: ${shown(issue.keys.join(', '))}`,
    );
  }
  const value = valueAt(body, issue.path);
  const missing = value === undefined || value === null;
  const reason = missing ? 'Mandatory field missing.' : issue.message;
  return new Fault(
    400,
    `Invalid input for field/attribute ${names.at(-1) ?? 'body'}. Value: '${shown(value)}'. ${reason}`,
  );
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<PropertyKey, unknown>)[step]
        : undefined,
    body,
  );
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'None';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
}

/**
 * The changes that a PUT asks for: what it leaves out stays as it is, and null resets an attribute
 * to its default.
 */
export function changesOf(
  attributes: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    changes[name] = value === null ? (defaults[name] ?? null) : value;
  }
  return changes;
}
