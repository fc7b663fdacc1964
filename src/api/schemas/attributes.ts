import { z } from 'zod';
import { formatCidr, parseAddress, parseCidr } from '../../vips/address.ts';

/**
 * The types of attributes, as Octavia has them: what they accept, and in which words they refuse.
 * Numbers and booleans may come as text, because Octavia's server takes them so and clients rely
 * on it.
 */

/** Octavia's bound for names, descriptions, references and tags. */
export const textMax = 255;
export const projectIdMax = 36;
export const tagsMax = 64;
/** Members of a list for which Octavia has no bound. */
export const listMax = 256;
export const portMax = 65535;

const withCause = (reason: string) => ({ error: reason });

/**
 * Text is printable: control characters would reach logs and device configuration, where a line
 * break ends one directive and begins another. Octavia takes them in names; Holdfast does not.
 */
export function text(max: number = textMax) {
  return z
    .string(withCause('Value should be string'))
    .max(max, withCause(`Value should have a maximum character requirement of ${max}`))
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, withCause('Value should not contain control characters'));
}

export function pattern(expression: RegExp, max: number = textMax) {
  return text(max).regex(
    expression,
    withCause(`Value should match the pattern ${expression.source}`),
  );
}

export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value),
    z
      .int(withCause('Value should be integer'))
      .min(min, withCause(`Value should be greater or equal to ${min}`))
      .max(max, withCause(`Value should be lower or equal to ${max}`)),
  );
}

export const port = integer(1, portMax);

export const truths = ['true', 't', 'yes', 'y', 'on', '1'];
export const untruths = ['false', 'f', 'no', 'n', 'off', '0'];

export const boolean = z.preprocess(
  (value) => {
    const word = String(typeof value === 'number' ? value !== 0 : value).toLowerCase();
    if (typeof value === 'object') return value;
    return truths.includes(word) ? true : untruths.includes(word) ? false : value;
  },
  z.boolean(withCause('Value not an unambiguous boolean')),
);

export const uuid = z
  .uuid(withCause('Value should be UUID format'))
  .transform((value) => value.toLowerCase());

export function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, withCause(`Value should be one of: ${values.join(', ')}`));
}

export function list<T extends z.ZodType>(item: T, max: number = listMax) {
  return z
    .array(item, withCause('Value should be a list'))
    .max(max, withCause(`Value should have at most ${max} items`));
}

export const tags = list(text(), tagsMax);

export const address = z
  .string(withCause('Value should be IPv4 or IPv6 format'))
  .refine(
    (value) => parseAddress(value) !== null,
    withCause('Value should be IPv4 or IPv6 format'),
  );

/** Stored as a network: bits beyond the prefix are dropped, as Octavia does. */
export const cidr = z
  .string(withCause('Value should be IPv4 or IPv6 CIDR format'))
  .transform((value, context) => {
    const parsed = parseCidr(value);
    if (parsed !== null) return formatCidr(parsed);
    context.issues.push({
      code: 'custom',
      input: value,
      message: 'Value should be IPv4 or IPv6 CIDR format',
    });
    return z.NEVER;
  });

/** A path and perhaps a query, in the characters that RFC 3986 lets stand unescaped. */
export const urlPath = text().regex(
  /^\/(?!\/)[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*$/,
  withCause('Value must be a valid URL Path string'),
);

export const tlsOptions = {
  tls_ciphers: pattern(/^[A-Za-z0-9\-+!:@=_.]+$/, 2048).nullish(),
  tls_versions: list(oneOf(['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']), 5).nullish(),
  alpn_protocols: list(oneOf(['h2', 'http/1.1', 'http/1.0']), 3).nullish(),
};

/** Octavia's defaults where TLS is spoken (OWASP's cipher suite B). */
export const tlsDefaults = {
  tls_ciphers:
    'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:' +
    'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:' +
    'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:' +
    'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:' +
    'DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305',
  tls_versions: ['TLSv1.2', 'TLSv1.3'],
  alpn_protocols: ['h2', 'http/1.1', 'http/1.0'],
};

/** `project_id` and its older name. */
export const ownership = {
  project_id: text(projectIdMax).nullish(),
  tenant_id: text(projectIdMax).nullish(),
};
