import type { Member, Pool, SessionPersistence } from '../document.ts';
import type { Fault } from '../fault.ts';
import { addressKey } from './address-key.ts';
import { checkHealthMonitor } from './health-monitor-rules.ts';
import { isDatagram } from './protocols.ts';
import { conflict, invalid } from './words.ts';

/** Throws a Fault where the pool's own attributes, its members or its monitor contradict it. */
export function checkPool(pool: Pool): void {
  if (pool.session_persistence !== null) {
    checkSessionPersistence(pool.session_persistence, pool.protocol);
  }
  if (pool.crl_container_ref !== null && pool.ca_tls_container_ref === null) {
    throw invalid('A CA certificate reference is required to specify a revocation list.');
  }
  checkMembers(pool);
  if (pool.healthmonitor !== null) checkHealthMonitor(pool.healthmonitor, pool);
}

function checkSessionPersistence(
  persistence: SessionPersistence,
  protocol: Pool['protocol'],
): void {
  const { type, cookie_name: cookie } = persistence;
  if (isDatagram(protocol)) {
    if (cookie !== null) throw invalid('Cookie names are not supported for UDP/SCTP pools.');
    if (type !== 'SOURCE_IP') {
      throw invalid(
        `Session persistence of type ${type} is not supported for UDP/SCTP protocol pools.`,
      );
    }
  } else if (
    persistence.persistence_timeout !== null ||
    persistence.persistence_granularity !== null
  ) {
    throw invalid(
      'persistence_timeout and persistence_granularity is only for UDP and SCTP protocol pools.',
    );
  }
  if (cookie !== null && type !== 'APP_COOKIE') {
    throw invalid(
      'Field "cookie_name" can only be specified with session persistence of type "APP_COOKIE".',
    );
  }
  if (cookie === null && type === 'APP_COOKIE') {
    throw invalid(
      'Field "cookie_name" must be specified when using the "APP_COOKIE" session persistence type.',
    );
  }
  // What is allowed is HTTP's token; the name goes into device configuration.
  if (cookie !== null && !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(cookie)) {
    throw invalid('Supplied "cookie_name" is invalid.');
  }
}

/** What makes a member this one within its pool: where it listens. */
export const endpointOf = (member: Pick<Member, 'address' | 'protocol_port'>) =>
  `${addressKey(member.address)} ${member.protocol_port}`;

function checkMembers(pool: Pool): void {
  const endpoints = new Set<string>();
  for (const member of pool.members) {
    const endpoint = endpointOf(member);
    if (endpoints.has(endpoint)) {
      throw duplicateMember(member);
    }
    endpoints.add(endpoint);
  }
}

export function duplicateMember(member: Pick<Member, 'address' | 'protocol_port'>): Fault {
  return conflict(
    `Another member on this pool is already using ip ${member.address} on protocol_port ` +
      `${member.protocol_port}`,
  );
}
