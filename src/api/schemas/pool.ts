import { z } from 'zod';
import {
  address,
  boolean,
  integer,
  list,
  oneOf,
  ownership,
  pattern,
  tags,
  text,
  tlsOptions,
  uuid,
} from './attributes.ts';
import { HealthMonitorSingleCreate } from './health-monitor.ts';
import { MemberSingleCreate, membersPerRequestMax } from './member.ts';

const persistenceType = oneOf(['SOURCE_IP', 'HTTP_COOKIE', 'APP_COOKIE']);
const persistence = {
  cookie_name: pattern(/^[^\s,;\\]+$/).nullish(),
  persistence_timeout: integer(0).nullish(),
  persistence_granularity: address.nullish(),
};
const object = { error: 'Value should be an object' };

export const SessionPersistencePOST = z.strictObject(
  { ...persistence, type: persistenceType },
  object,
);
export type SessionPersistencePOST = z.infer<typeof SessionPersistencePOST>;
export const SessionPersistencePUT = z.strictObject(
  { ...persistence, type: persistenceType.nullish() },
  object,
);
export type SessionPersistencePUT = z.infer<typeof SessionPersistencePUT>;

const protocol = oneOf(['TCP', 'HTTP', 'HTTPS', 'PROXY', 'PROXYV2', 'UDP', 'SCTP']);
const algorithm = oneOf(['LEAST_CONNECTIONS', 'ROUND_ROBIN', 'SOURCE_IP', 'SOURCE_IP_PORT']);

const optional = {
  name: text().nullish(),
  description: text().nullish(),
  admin_state_up: boolean.nullish(),
  tags: tags.nullish(),
  tls_container_ref: text().nullish(),
  ca_tls_container_ref: text().nullish(),
  crl_container_ref: text().nullish(),
  tls_enabled: boolean.nullish(),
  ...tlsOptions,
};

const children = {
  session_persistence: SessionPersistencePOST.nullish(),
  healthmonitor: HealthMonitorSingleCreate.nullish(),
  members: list(MemberSingleCreate, membersPerRequestMax).nullish(),
};

/** Protocol and algorithm may be missing: then the name refers to a pool that is spelled out elsewhere. */
export const PoolSingleCreate = z.strictObject(
  {
    ...optional,
    ...children,
    protocol: protocol.nullish(),
    lb_algorithm: algorithm.nullish(),
  },
  object,
);
export type PoolSingleCreate = z.infer<typeof PoolSingleCreate>;

export const PoolPOST = z.strictObject({
  ...optional,
  ...children,
  ...ownership,
  protocol,
  lb_algorithm: algorithm,
  listener_id: uuid.nullish(),
  loadbalancer_id: uuid.nullish(),
});
export type PoolPOST = z.infer<typeof PoolPOST>;

export const PoolPUT = z.strictObject({
  ...optional,
  lb_algorithm: algorithm.optional(),
  session_persistence: SessionPersistencePUT.nullish(),
});

/** What null in a PUT resets an attribute to. */
export const poolDefaults = {
  name: '',
  description: '',
  admin_state_up: false,
  tags: [],
  tls_enabled: false,
  tls_versions: [],
  alpn_protocols: [],
};
