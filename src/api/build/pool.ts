import type { Pool, SessionPersistence } from '../../../machines/model/document.ts';
import { Fault } from '../../../machines/model/fault.ts';
import { tlsDefaults } from '../schemas/attributes.ts';
import type { PoolSingleCreate, SessionPersistencePOST } from '../schemas/pool.ts';
import { newHealthMonitor } from './health-monitor.ts';
import { newMember } from './member.ts';
import { type Birth, newResource } from './named.ts';

/** The pool with its members and its monitor. */
export function newPool(input: PoolSingleCreate, birth: Birth): Pool {
  const tls = input.tls_enabled === true ? tlsDefaults : null;
  return {
    ...newResource(input, birth),
    description: input.description ?? '',
    protocol: required(input, 'protocol'),
    lb_algorithm: required(input, 'lb_algorithm'),
    session_persistence: persistenceOf(input.session_persistence ?? null),
    members: (input.members ?? []).map((member) => newMember(member, birth)),
    healthmonitor:
      input.healthmonitor == null ? null : newHealthMonitor(input.healthmonitor, birth),
    tls_enabled: input.tls_enabled ?? false,
    tls_container_ref: input.tls_container_ref ?? null,
    ca_tls_container_ref: input.ca_tls_container_ref ?? null,
    crl_container_ref: input.crl_container_ref ?? null,
    tls_ciphers: input.tls_ciphers ?? tls?.tls_ciphers ?? null,
    tls_versions: input.tls_versions ?? tls?.tls_versions ?? [],
    alpn_protocols: input.alpn_protocols ?? tls?.alpn_protocols ?? [],
  };
}

function required<K extends 'protocol' | 'lb_algorithm'>(
  input: PoolSingleCreate,
  attribute: K,
): NonNullable<PoolSingleCreate[K]> {
  const value = input[attribute];
  if (value != null) return value;
  throw new Fault(
    400,
    `Validation failure: Pool definition for '${input.name ?? ''}' missing required attribute: ` +
      attribute,
  );
}

function persistenceOf(input: SessionPersistencePOST | null): SessionPersistence | null {
  if (input === null) return null;
  return {
    type: input.type,
    cookie_name: input.cookie_name ?? null,
    persistence_timeout: input.persistence_timeout ?? null,
    persistence_granularity: input.persistence_granularity ?? null,
  };
}
