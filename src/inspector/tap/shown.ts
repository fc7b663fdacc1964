/**
 * What a value looks like to whoever watches: without secrets, and bounded, however large or deep it
 * is. Nothing that is redacted here leaves the process.
 */

/** Longer texts are cut. */
export const textMax = 512;
/** Longer lists, and objects with more keys, are cut. */
export const entriesMax = 64;
export const depthMax = 6;

const secretKey =
  /secret|passw|passphrase|token|credential|authorization|cookie|seed|nkey|private|certificate|tls|pem/i;
/** Whole configurations of devices: large, and a tenant's own. */
const documentKey = /^(document|content|configuration|desired)$/;

export function shown(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'boolean' || value === undefined) return value;
  if (typeof value === 'string') {
    return value.length <= textMax ? value : `${value.slice(0, textMax)}…`;
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeof value === 'object' ? shownObject(value, depth) : `[${typeof value}]`;
}

export function shownFields(value: object, depth = 0): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  const keys = Object.keys(value);
  for (const key of keys.length > entriesMax ? keys.slice(0, entriesMax) : keys) {
    const part = shownPart(key, (value as Record<string, unknown>)[key], depth);
    // Assigning to it would set the prototype.
    if (key !== '__proto__') fields[key.length > textMax ? key.slice(0, textMax) : key] = part;
  }
  if (keys.length > entriesMax) fields['…'] = `${keys.length - entriesMax} more`;
  return fields;
}

function shownPart(key: string, part: unknown, depth: number): unknown {
  if (part === null || part === undefined) return part;
  const kind = kindOf(key);
  if (kind === 'secret') return '[redacted]';
  if (kind === 'document' && typeof part === 'object') return '[left out]';
  return shown(part, depth + 1);
}

type KeyKind = 'plain' | 'secret' | 'document';

/** Keys are few and come again with every step. */
const kinds = new Map<string, KeyKind>();
const kindsMax = 4_096;

function kindOf(key: string): KeyKind {
  let kind = kinds.get(key);
  if (kind === undefined) {
    kind = secretKey.test(key) ? 'secret' : documentKey.test(key) ? 'document' : 'plain';
    if (kinds.size === kindsMax) kinds.clear();
    kinds.set(key, kind);
  }
  return kind;
}

function shownObject(value: object, depth: number): unknown {
  if (value instanceof Error) return shown(value.message);
  if (depth >= depthMax) return Array.isArray(value) ? '[…]' : '{…}';
  if (!Array.isArray(value)) return shownFields(value, depth);
  const parts = value.slice(0, entriesMax).map((part: unknown) => shown(part, depth + 1));
  if (value.length > entriesMax) parts.push(`${value.length - entriesMax} more`);
  return parts;
}
