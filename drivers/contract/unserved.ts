import type {
  HealthMonitor,
  Listener,
  LoadBalancerDocument,
  Pool,
} from '../../machines/model/document.ts';
import { monitorSecondsMax } from '../../machines/model/limits.ts';
import { isAddress, isCidr } from './addresses.ts';
import { insertableHeaders, isTrue } from './insert-headers.ts';

/*
 * What no driver serves so far, or what none could, each by the name that users know. A driver adds what
 * its own device lacks.
 */

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const hostName = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;
/** Longer paths would not fit into the buffer from which HAProxy sends a check; nobody needs them elsewhere. */
const urlPathCharactersMax = 2048;

/** Names of what is true of the given faults. */
export function those(faults: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(faults).flatMap(([name, present]) => (present ? [name] : []));
}

/** Somebody's text within a name, and not too much of it. */
export function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}

export function unservedId(what: string, id: string): string[] {
  return those({ [`${what} id ${shown(id)}, which is no UUID`]: !uuid.test(id) });
}

export function unservedOfLoadBalancer(document: LoadBalancerDocument): string[] {
  const { id, vip_address: address } = document;
  return [
    ...unservedId('load balancer', id),
    ...those({
      [`load balancer vip_address ${shown(address)}, which is no IP address`]: !isAddress(address),
      'load balancer additional_vips': document.additional_vips.length > 0,
      'load balancer vip_qos_policy_id': document.vip_qos_policy_id !== null,
      'load balancer vip_sg_ids': document.vip_sg_ids.length > 0,
    }),
  ];
}

export function unservedOfListener(listener: Listener): string[] {
  return [
    ...unservedId('listener', listener.id),
    ...those({
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
    ...(listener.allowed_cidrs ?? [])
      .filter((cidr) => !isCidr(cidr))
      .map((cidr) => `listener allowed_cidrs entry ${shown(cidr)}, which is no network`),
  ];
}

/** Of a listener whose protocol has headers. */
export function unservedHeaders({ insert_headers: wanted }: Listener): string[] {
  return Object.entries(wanted)
    .filter(([name, value]) => isTrue(value) && !insertableHeaders.includes(name))
    .map(([name]) => `listener insert_headers ${shown(name)}`);
}

export function unservedOfPool(pool: Pool): string[] {
  return [
    ...unservedId('pool', pool.id),
    ...those({
      'pool lb_algorithm SOURCE_IP_PORT': pool.lb_algorithm === 'SOURCE_IP_PORT',
      'pool tls_enabled': pool.tls_enabled,
      'pool tls_container_ref': pool.tls_container_ref !== null,
      'pool ca_tls_container_ref': pool.ca_tls_container_ref !== null,
      'pool crl_container_ref': pool.crl_container_ref !== null,
    }),
    ...ofTls('pool', pool),
  ];
}

/** In seconds. */
const isNoTime = (time: number): boolean => time === 0 || time > monitorSecondsMax;

export function unservedTimes(monitor: HealthMonitor): string[] {
  return those({
    [`health monitor delay ${monitor.delay}`]: isNoTime(monitor.delay),
    [`health monitor timeout ${monitor.timeout}`]: isNoTime(monitor.timeout),
  });
}

/** Of a monitor that asks by HTTP; `urlPath` is what may stand in a request's line on the device. */
export function unservedRequest(monitor: HealthMonitor, urlPath: RegExp): string[] {
  const { url_path: path, domain_name: domain } = monitor;
  return those({
    [`health monitor url_path ${shown(path ?? '')}`]: path !== null && !urlPath.test(path),
    [`health monitor url_path longer than ${urlPathCharactersMax} characters`]:
      (path?.length ?? 0) > urlPathCharactersMax,
    [`health monitor domain_name ${shown(domain ?? '')}`]:
      domain !== null && !hostName.test(domain),
  });
}

function ofTls(owner: string, options: Listener | Pool): string[] {
  return those({
    [`${owner} tls_ciphers`]: options.tls_ciphers !== null,
    [`${owner} tls_versions`]: options.tls_versions.length > 0,
    [`${owner} alpn_protocols`]: options.alpn_protocols.length > 0,
  });
}
