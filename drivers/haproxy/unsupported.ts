import type {
  HealthMonitor,
  Listener,
  LoadBalancerDocument,
  Member,
  Pool,
} from '../../machines/model/document.ts';
import { isAddress, isCidr } from '../contract/addresses.ts';

/** Longer paths would not fit into the buffer from which HAProxy sends a check. */
const urlPathCharactersMax = 2048;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What may stand in a request line; a space or a control character would end the path early. */
const urlPath = /^\/[\x21-\x7e]*$/;
const hostName = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;
const expectedCodes = /^\d{3}(\s*,\s*\d{3})*$|^\d{3}-\d{3}$/;
const httpMethods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'TRACE',
  'OPTIONS',
  'CONNECT',
  'PATCH',
];
const insertableHeaders = ['X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto'];

const listenerProtocols: readonly string[] = ['HTTP', 'TCP', 'HTTPS'];
/** Which pools may stand behind a listener; HTTPS is passed through as TCP. */
const poolProtocols: Record<string, readonly string[]> = {
  HTTP: ['HTTP'],
  TCP: ['TCP', 'HTTP', 'HTTPS'],
  HTTPS: ['TCP', 'HTTPS'],
};
const allPoolProtocols: readonly string[] = ['HTTP', 'TCP', 'HTTPS'];

/** The options of the document that this driver can't serve, each by the name that users know. */
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
  return those({
    [`load balancer id ${shown(document.id)}, which is no UUID`]: !uuid.test(document.id),
    [`load balancer vip_address ${shown(document.vip_address)}, which is no IP address`]:
      !isAddress(document.vip_address),
    'load balancer additional_vips': document.additional_vips.length > 0,
    'load balancer vip_qos_policy_id': document.vip_qos_policy_id !== null,
    'load balancer vip_sg_ids': document.vip_sg_ids.length > 0,
  });
}

function ofListener(document: LoadBalancerDocument, listener: Listener): string[] {
  const { protocol } = listener;
  if (!listenerProtocols.includes(protocol)) return [`listener protocol ${protocol}`];
  return [
    ...those({
      [`listener id ${shown(listener.id)}, which is no UUID`]: !uuid.test(listener.id),
      'listener timeout_tcp_inspect': listener.timeout_tcp_inspect > 0,
      'listener client_authentication': listener.client_authentication !== 'NONE',
      'listener client_ca_tls_container_ref': listener.client_ca_tls_container_ref !== null,
      'listener client_crl_container_ref': listener.client_crl_container_ref !== null,
      'listener default_tls_container_ref': listener.default_tls_container_ref !== null,
      'listener sni_container_refs': listener.sni_container_refs.length > 0,
      'listener hsts_max_age': listener.hsts_max_age !== null,
      'listener hsts_include_subdomains': listener.hsts_include_subdomains,
      'listener hsts_preload': listener.hsts_preload,
      'listener connection_limit 0': listener.connection_limit === 0,
    }),
    ...ofTls('listener', listener),
    ...ofInsertedHeaders(listener),
    ...(listener.allowed_cidrs ?? [])
      .filter((cidr) => !isCidr(cidr))
      .map((cidr) => `listener allowed_cidrs entry ${shown(cidr)}, which is no network`),
    ...ofDefaultPool(document, listener),
  ];
}

function ofTls(owner: string, options: Listener | Pool): string[] {
  return those({
    [`${owner} tls_ciphers`]: options.tls_ciphers !== null,
    [`${owner} tls_versions`]: options.tls_versions.length > 0,
    [`${owner} alpn_protocols`]: options.alpn_protocols.length > 0,
  });
}

function ofInsertedHeaders(listener: Listener): string[] {
  const wanted = Object.entries(listener.insert_headers).filter(([, value]) => isTrue(value));
  if (listener.protocol !== 'HTTP') {
    return wanted.length > 0 ? [`listener insert_headers with protocol ${listener.protocol}`] : [];
  }
  return wanted
    .filter(([name]) => !insertableHeaders.includes(name))
    .map(([name]) => `listener insert_headers ${shown(name)}`);
}

/** Octavia carries these booleans as text. */
export function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}

function ofDefaultPool(document: LoadBalancerDocument, listener: Listener): string[] {
  const pool = document.pools.find(({ id }) => id === listener.default_pool_id);
  // A pool whose protocol is refused anyway is named where the pool is.
  if (pool === undefined || !allPoolProtocols.includes(pool.protocol)) return [];
  if (poolProtocols[listener.protocol]?.includes(pool.protocol)) return [];
  return [`pool protocol ${pool.protocol} behind a listener of protocol ${listener.protocol}`];
}

function ofPool(pool: Pool): string[] {
  return [
    ...those({
      [`pool id ${shown(pool.id)}, which is no UUID`]: !uuid.test(pool.id),
      [`pool protocol ${pool.protocol}`]: !allPoolProtocols.includes(pool.protocol),
      'pool lb_algorithm SOURCE_IP_PORT': pool.lb_algorithm === 'SOURCE_IP_PORT',
      [`pool session_persistence ${pool.session_persistence?.type}`]:
        pool.session_persistence !== null,
      'pool tls_enabled': pool.tls_enabled,
      'pool tls_container_ref': pool.tls_container_ref !== null,
      'pool ca_tls_container_ref': pool.ca_tls_container_ref !== null,
      'pool crl_container_ref': pool.crl_container_ref !== null,
    }),
    ...ofTls('pool', pool),
    ...pool.members.flatMap(ofMember),
    ...(pool.healthmonitor === null ? [] : ofHealthMonitor(pool.healthmonitor)),
  ];
}

function ofMember(member: Member): string[] {
  const { id, address, monitor_address: monitorAddress } = member;
  return those({
    [`member id ${shown(id)}, which is no UUID`]: !uuid.test(id),
    [`member address ${shown(address)}, which is no IP address`]: !isAddress(address),
    [`member monitor_address ${shown(monitorAddress ?? '')}, which is no IP address`]:
      monitorAddress !== null && !isAddress(monitorAddress),
  });
}

function ofHealthMonitor(monitor: HealthMonitor): string[] {
  const { type, http_method: method, url_path: path, domain_name: domain } = monitor;
  const { expected_codes: codes, http_version: version } = monitor;
  if (type !== 'HTTP' && type !== 'TCP') return [`health monitor type ${type}`];
  const faults = those({
    'health monitor delay 0': monitor.delay === 0,
    'health monitor timeout 0': monitor.timeout === 0,
  });
  if (type === 'TCP') return faults;
  return [
    ...faults,
    ...those({
      [`health monitor http_method ${shown(method ?? '')}`]:
        method !== null && !httpMethods.includes(method),
      [`health monitor url_path ${shown(path ?? '')}`]: path !== null && !urlPath.test(path),
      [`health monitor url_path longer than ${urlPathCharactersMax} characters`]:
        (path?.length ?? 0) > urlPathCharactersMax,
      [`health monitor domain_name ${shown(domain ?? '')}`]:
        domain !== null && !hostName.test(domain),
      [`health monitor expected_codes ${shown(codes ?? '')}`]:
        codes !== null && !expectedCodes.test(codes),
      [`health monitor http_version ${version}`]:
        version !== null && version !== 1 && version !== 1.1,
    }),
  ];
}
