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
  let entries = 0;
  for (const [key, part] of Object.entries(value)) {
    entries += 1;
    if (entries > entriesMax) {
      fields['…'] = `${Object.keys(value).length - entriesMax} more`;
      break;
    }
    // As an own property, whatever its name is.
    Object.defineProperty(fields, key.slice(0, textMax), {
      value: shownPart(key, part, depth),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return fields;
}

function shownPart(key: string, part: unknown, depth: number): unknown {
  if (part === null || part === undefined) return part;
  if (secretKey.test(key)) return '[redacted]';
  if (documentKey.test(key) && typeof part === 'object') return '[left out]';
  return shown(part, depth + 1);
}

function shownObject(value: object, depth: number): unknown {
  if (value instanceof Error) return shown(value.message);
  if (depth >= depthMax) return Array.isArray(value) ? '[…]' : '{…}';
  if (!Array.isArray(value)) return shownFields(value, depth);
  const parts = value.slice(0, entriesMax).map((part: unknown) => shown(part, depth + 1));
  if (value.length > entriesMax) parts.push(`${value.length - entriesMax} more`);
  return parts;
}
