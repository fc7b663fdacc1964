import type {
  HealthMonitor,
  Listener,
  LoadBalancerDocument,
  Member,
  Pool,
} from '../../machines/model/document.ts';
import { isAddress } from '../contract/addresses.ts';
import {
  shown,
  those,
  unservedHeaders,
  unservedId,
  unservedOfListener,
  unservedOfLoadBalancer,
  unservedOfPool,
  unservedRequest,
  unservedTimes,
} from '../contract/unserved.ts';
import { expectedStatus } from './expected-codes.ts';
import { takers } from './render/proxy.ts';

/**
 * No braces, between which Caddy would put what it knows, and no fragment. Caddy decodes the path, and encodes it again: an
 * escape of a character that a path may have as it is would be lost, and with it the difference between the two.
 */
const urlPath =
  /^\/(?:[\x21\x22\x24\x26-\x3e\x40-\x7a\x7c\x7e]|%(?!2[46BCF]|3[ABD]|40)[\dA-F]{2})*(?:\?[\x21\x22\x24-\x7a\x7c\x7e]*)?$/i;
/** What RFC 6265 allows as the name of a cookie, without braces, and not too long for a header. */
const cookieName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,255}$/;

/** The options of the document that Caddy 2.6 can't serve, each by the name that users know. */
export function unsupported(document: LoadBalancerDocument): readonly string[] {
  return [
    ...unservedOfLoadBalancer(document),
    ...document.listeners.flatMap((listener) => ofListener(document, listener)),
    ...document.pools.flatMap(ofPool),
  ];
}

function ofListener(document: LoadBalancerDocument, listener: Listener): string[] {
  const { protocol, connection_limit: limit } = listener;
  if (protocol !== 'HTTP') return [`listener protocol ${protocol}`];
  return [
    ...unservedOfListener(listener),
    ...those({
      [`listener connection_limit ${limit}`]: limit !== -1,
      'listener timeout_client_data 0': listener.timeout_client_data === 0,
      'listener timeout_member_connect 0': listener.timeout_member_connect === 0,
      'listener timeout_member_data 0': listener.timeout_member_data === 0,
    }),
    ...unservedHeaders(listener),
    ...ofNeighbours(document, listener),
  ];
}

/** Two servers at one place are refused by Caddy as well, but by names that nobody knows. */
function ofNeighbours(document: LoadBalancerDocument, listener: Listener): string[] {
  const port = listener.protocol_port;
  const first = document.listeners.find(({ protocol_port: other }) => other === port);
  return first === listener ? [] : [`two listeners with the protocol_port ${port}`];
}

function ofPool(pool: Pool): string[] {
  if (pool.protocol !== 'HTTP') return [`pool protocol ${pool.protocol}`];
  return [
    ...unservedOfPool(pool),
    ...ofPersistence(pool),
    ...ofMembers(pool),
    ...(pool.healthmonitor === null ? [] : ofHealthMonitor(pool.healthmonitor)),
  ];
}

/** What chooses by cookie or by source address chooses by nothing else. */
function ofPersistence({ session_persistence: persistence, lb_algorithm }: Pool): string[] {
  if (persistence === null) return [];
  const { type, cookie_name: cookie } = persistence;
  if (type === 'APP_COOKIE') return ['pool session_persistence APP_COOKIE'];
  const fits = lb_algorithm === 'ROUND_ROBIN' || lb_algorithm === type;
  return those({
    [`pool session_persistence ${type} with lb_algorithm ${lb_algorithm}`]: !fits,
    [`pool session_persistence cookie_name ${shown(cookie ?? '')}`]:
      cookie !== null && !cookieName.test(cookie),
    'pool session_persistence persistence_timeout': persistence.persistence_timeout !== null,
    'pool session_persistence persistence_granularity':
      persistence.persistence_granularity !== null,
  });
}

function ofMembers(pool: Pool): string[] {
  const served = takers(pool);
  const weights = new Set(served.map(({ weight }) => weight));
  const ports = new Set(served.map(({ monitor_port: port }) => port));
  return [
    ...those({
      'member weight that differs within its pool': weights.size > 1,
      'member monitor_port that differs within its pool': ports.size > 1,
    }),
    ...pool.members.flatMap(ofMember),
  ];
}

function ofMember({ id, address, backup, monitor_address: checked }: Member): string[] {
  return [
    ...unservedId('member', id),
    ...those({
      [`member address ${shown(address)}, which is no IP address`]: !isAddress(address),
      'member backup': backup,
      'member monitor_address': checked !== null && checked !== address,
    }),
  ];
}

function ofHealthMonitor(monitor: HealthMonitor): string[] {
  const { type, http_method: method, expected_codes: codes, http_version: version } = monitor;
  if (type !== 'HTTP') return [`health monitor type ${type}`];
  return [
    ...unservedTimes(monitor),
    ...unservedRequest(monitor, urlPath),
    ...those({
      [`health monitor max_retries ${monitor.max_retries}`]: monitor.max_retries !== 1,
      [`health monitor max_retries_down ${monitor.max_retries_down}`]:
        monitor.max_retries_down !== 1,
      [`health monitor http_method ${shown(method ?? '')}`]: method !== null && method !== 'GET',
      [`health monitor expected_codes ${shown(codes ?? '')}`]: expectedStatus(codes) === null,
      [`health monitor http_version ${version}`]: version !== null && version !== 1.1,
    }),
  ];
}
