import { z } from 'zod';
import { monitorSecondsMax } from '../../../machines/model/limits.ts';
import { isUpward } from '../../../machines/model/code-range.ts';
import {
  boolean,
  integer,
  oneOf,
  ownership,
  pattern,
  tags,
  text,
  urlPath,
  uuid,
} from './attributes.ts';

const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'TRACE',
  'OPTIONS',
  'CONNECT',
  'PATCH',
] as const;

const retries = integer(1, 10);
const seconds = integer(0, monitorSecondsMax);

/** Octavia lets any white space stand between codes; a line break there would end a directive. */
const expectedCodes = pattern(/^(\d{3}( *, *\d{3})*)$|^(\d{3}-\d{3})$/).refine(isUpward, {
  error: ({ input }) => `A range goes from the lower code to the higher, not '${String(input)}'`,
});
const domainName = pattern(/^(?=.{1,253}\.?$)(?:(?!-|[^.]+_)[A-Za-z0-9-_]{1,63}(?<!-)(?:\.|$))+$/);
const httpVersion = z
  .union([z.literal(1), z.literal(1.1), z.literal('1.0'), z.literal('1.1')], {
    error: 'Value should be one of: 1.0, 1.1',
  })
  .transform(Number);

const optional = {
  name: text().nullish(),
  admin_state_up: boolean.nullish(),
  max_retries_down: retries.nullish(),
  http_method: oneOf(methods).nullish(),
  url_path: urlPath.nullish(),
  expected_codes: expectedCodes.nullish(),
  tags: tags.nullish(),
  http_version: httpVersion.nullish(),
  domain_name: domainName.nullish(),
};

export const HealthMonitorSingleCreate = z.strictObject({
  ...optional,
  type: oneOf(['HTTP', 'HTTPS', 'PING', 'TCP', 'TLS-HELLO', 'UDP-CONNECT', 'SCTP']),
  delay: seconds,
  timeout: seconds,
  max_retries: retries,
});
export type HealthMonitorSingleCreate = z.infer<typeof HealthMonitorSingleCreate>;

export const HealthMonitorPOST = HealthMonitorSingleCreate.extend({ ...ownership, pool_id: uuid });
export type HealthMonitorPOST = z.infer<typeof HealthMonitorPOST>;

/** The three that have no default can be changed, but not reset by null. */
export const HealthMonitorPUT = z.strictObject({
  ...optional,
  delay: seconds.optional(),
  timeout: seconds.optional(),
  max_retries: retries.optional(),
});

/** What null in a PUT resets an attribute to; the last three of a monitor that speaks HTTP only. */
export const healthMonitorDefaults = {
  name: '',
  admin_state_up: false,
  max_retries_down: 3,
  tags: [],
};
export const httpDefaults = { http_method: 'GET', url_path: '/', expected_codes: '200' };
