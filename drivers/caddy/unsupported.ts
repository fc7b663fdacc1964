import type {
  HealthMonitor,
  Listener,
  LoadBalancerDocument,
  Member,
  Pool,
} from '../../machines/model/document.ts';
import { isAddress, isCidr } from '../contract/addresses.ts';
import { expectedStatus } from './expected-codes.ts';
import { insertableHeaders, isTrue } from './headers.ts';
import { takers } from './render/proxy.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** No braces, between which Caddy would put what it knows, and no fragment. */
const urlPath = /^\/[\x21\x22\x24-\x7a\x7c\x7e]*$/;
const urlPathCharactersMax = 2048;
const hostName = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;
/** What RFC 6265 allows as the name of a cookie, without braces, and not too long for a header. */
const cookieName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,255}$/;

/** The options of the document that Caddy 2.6 can't serve, each by the name that users know. */
export function unsupported(document: LoadBalancerDocument): readonly string[] {
  return [
    ...ofLoadBalancer(document),
    ...document.listeners.flatMap((listener) => ofListener(document, listener)),
    ...document.pools.flatMap(ofPool),
  ];
}

/** Names of what is true of the given faults. */
function those(faults: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(faults).flatMap(([name, present]) => (present ? [name] : []));
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}

function ofLoadBalancer(document: LoadBalancerDocument): string[] {
  const { id, vip_address: address } = document;
  return those({
    [`load balancer id ${shown(id)}, which is no UUID`]: !uuid.test(id),
    [`load balancer vip_address ${shown(address)}, which is no IP address`]: !isAddress(address),
    'load balancer additional_vips': document.additional_vips.length > 0,
    'load balancer vip_qos_policy_id': document.vip_qos_policy_id !== null,
    'load balancer vip_sg_ids': document.vip_sg_ids.length > 0,
  });
}

function ofListener(document: LoadBalancerDocument, listener: Listener): string[] {
  const { protocol, connection_limit: limit } = listener;
  if (protocol !== 'HTTP') return [`listener protocol ${protocol}`];
  return [
    ...those({
      [`listener id ${shown(listener.id)}, which is no UUID`]: !uuid.test(listener.id),
      [`listener connection_limit ${limit}`]: limit !== -1,
      'listener timeout_client_data 0': listener.timeout_client_data === 0,
      'listener timeout_member_connect 0': listener.timeout_member_connect === 0,
      'listener timeout_member_data 0': listener.timeout_member_data === 0,
      'listener timeout_tcp_inspect': listener.timeout_tcp_inspect > 0,
      'listener client_authentication': listener.client_authentication !== 'NONE',
      'listener client_ca_tls_container_ref': listener.client_ca_tls_container_ref !== null,
      'listener client_crl_container_ref': listener.client_crl_container_ref !== null,
      'listener default_tls_container_ref': listener.default_tls_container_ref !== null,
      'listener sni_container_refs': listener.sni_container_refs.length > 0,
      'listener hsts_max_age': listener.hsts_max_age !== null,
      'listener hsts_include_subdomains': listener.hsts_include_subdomains,
      'listener hsts_preload': listener.hsts_preload,
    }),
    ...ofTls('listener', listener),
    ...Object.entries(listener.insert_headers)
      .filter(([name, value]) => isTrue(value) && !insertableHeaders.includes(name))
      .map(([name]) => `listener insert_headers ${shown(name)}`),
    ...(listener.allowed_cidrs ?? [])
      .filter((cidr) => !isCidr(cidr))
      .map((cidr) => `listener allowed_cidrs entry ${shown(cidr)}, which is no network`),
    ...ofNeighbours(document, listener),
  ];
}

/** Two servers at one place are refused by Caddy as well, but by names that nobody knows. */
function ofNeighbours(document: LoadBalancerDocument, listener: Listener): string[] {
  const port = listener.protocol_port;
  const first = document.listeners.find(({ protocol_port: other }) => other === port);
  return first === listener ? [] : [`two listeners with the protocol_port ${port}`];
}

function ofTls(owner: string, options: Listener | Pool): string[] {
  return those({
    [`${owner} tls_ciphers`]: options.tls_ciphers !== null,
    [`${owner} tls_versions`]: options.tls_versions.length > 0,
    [`${owner} alpn_protocols`]: options.alpn_protocols.length > 0,
  });
}

function ofPool(pool: Pool): string[] {
  if (pool.protocol !== 'HTTP') return [`pool protocol ${pool.protocol}`];
  return [
    ...those({
      [`pool id ${shown(pool.id)}, which is no UUID`]: !uuid.test(pool.id),
      'pool lb_algorithm SOURCE_IP_PORT': pool.lb_algorithm === 'SOURCE_IP_PORT',
      'pool tls_enabled': pool.tls_enabled,
      'pool tls_container_ref': pool.tls_container_ref !== null,
      'pool ca_tls_container_ref': pool.ca_tls_container_ref !== null,
      'pool crl_container_ref': pool.crl_container_ref !== null,
    }),
    ...ofTls('pool', pool),
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
  return those({
    [`member id ${shown(id)}, which is no UUID`]: !uuid.test(id),
    [`member address ${shown(address)}, which is no IP address`]: !isAddress(address),
    'member backup': backup,
    'member monitor_address': checked !== null && checked !== address,
  });
}

function ofHealthMonitor(monitor: HealthMonitor): string[] {
  const { type, http_method: method, url_path: path, domain_name: domain } = monitor;
  const { expected_codes: codes, http_version: version } = monitor;
  if (type !== 'HTTP') return [`health monitor type ${type}`];
  return those({
    'health monitor delay 0': monitor.delay === 0,
    'health monitor timeout 0': monitor.timeout === 0,
    [`health monitor max_retries ${monitor.max_retries}`]: monitor.max_retries !== 1,
    [`health monitor max_retries_down ${monitor.max_retries_down}`]: monitor.max_retries_down !== 1,
    [`health monitor http_method ${shown(method ?? '')}`]: method !== null && method !== 'GET',
    [`health monitor url_path ${shown(path ?? '')}`]: path !== null && !urlPath.test(path),
    [`health monitor url_path longer than ${urlPathCharactersMax} characters`]:
      (path?.length ?? 0) > urlPathCharactersMax,
    [`health monitor domain_name ${shown(domain ?? '')}`]:
      domain !== null && !hostName.test(domain),
    [`health monitor expected_codes ${shown(codes ?? '')}`]: expectedStatus(codes) === null,
    [`health monitor http_version ${version}`]: version !== null && version !== 1.1,
  });
}
