import { z } from 'zod';
import { connectionLimitMax } from '../../../machines/model/limits.ts';
import {
  boolean,
  cidr,
  integer,
  list,
  oneOf,
  ownership,
  port,
  tags,
  text,
  tlsOptions,
  uuid,
} from './attributes.ts';
import { PoolSingleCreate } from './pool.ts';

/** 24 days, Octavia's bound. */
const timeoutMax = 2_073_600_000;
const timeout = integer(0, timeoutMax);

const optional = {
  name: text().nullish(),
  description: text().nullish(),
  admin_state_up: boolean.nullish(),
  connection_limit: integer(-1, connectionLimitMax).nullish(),
  default_tls_container_ref: text().nullish(),
  sni_container_refs: list(text()).nullish(),
  default_pool_id: uuid.nullish(),
  insert_headers: z.record(text(), text(), { error: 'Value should be an object' }).nullish(),
  timeout_client_data: timeout.nullish(),
  timeout_member_connect: timeout.nullish(),
  timeout_member_data: timeout.nullish(),
  timeout_tcp_inspect: timeout.nullish(),
  tags: tags.nullish(),
  client_ca_tls_container_ref: text().nullish(),
  client_authentication: oneOf(['NONE', 'OPTIONAL', 'MANDATORY']).nullish(),
  client_crl_container_ref: text().nullish(),
  allowed_cidrs: list(cidr).nullish(),
  ...tlsOptions,
  hsts_max_age: integer(0).nullish(),
  hsts_include_subdomains: boolean.nullish(),
  hsts_preload: boolean.nullish(),
};

export const ListenerSingleCreate = z.strictObject({
  ...optional,
  protocol: oneOf(['TCP', 'HTTPS', 'HTTP', 'TERMINATED_HTTPS', 'UDP', 'SCTP', 'PROMETHEUS']),
  protocol_port: port,
  default_pool: PoolSingleCreate.nullish(),
  /** Known, so that an empty list is welcome; anything in it is refused as unsupported. */
  l7policies: list(z.unknown()).nullish(),
});
export type ListenerSingleCreate = z.infer<typeof ListenerSingleCreate>;

export const ListenerPOST = ListenerSingleCreate.extend({ ...ownership, loadbalancer_id: uuid });
export type ListenerPOST = z.infer<typeof ListenerPOST>;

export const ListenerPUT = z.strictObject(optional);

/** Octavia's defaults, in milliseconds. */
export const timeoutDefaults = {
  timeout_client_data: 50_000,
  timeout_member_connect: 5_000,
  timeout_member_data: 50_000,
  timeout_tcp_inspect: 0,
};

/** What null in a PUT resets an attribute to. */
export const listenerDefaults = {
  name: '',
  description: '',
  admin_state_up: false,
  connection_limit: -1,
  sni_container_refs: [],
  insert_headers: {},
  ...timeoutDefaults,
  tags: [],
  client_authentication: 'NONE',
  tls_versions: [],
  alpn_protocols: [],
  hsts_include_subdomains: false,
  hsts_preload: false,
};
