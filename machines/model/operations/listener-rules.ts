import type { Listener, LoadBalancerDocument } from '../document.ts';
import { Fault } from '../fault.ts';
import { isDatagram, l4Class, poolProtocolsOf } from './protocols.ts';
import { poolIn } from './tree.ts';
import { conflict, invalid, invalidOption } from './words.ts';

const plainHeaders = [
  'X-Forwarded-For',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
  'X-Forwarded-IP',
  'X-Client-IP',
  'X-Real-IP',
];
const tlsHeaders = [
  'X-SSL-Client-Verify',
  'X-SSL-Client-Has-Cert',
  'X-SSL-Client-DN',
  'X-SSL-Client-CN',
  'X-SSL-Issuer',
  'X-SSL-Client-SHA1',
  'X-SSL-Client-Not-Before',
  'X-SSL-Client-Not-After',
];

/** Throws a Fault where the listener does not fit into the document that it stands in. */
export function checkListener(document: LoadBalancerDocument, listener: Listener): void {
  checkPort(document, listener);
  checkDefaultPool(document, listener);
  checkInsertHeaders(listener);
  checkTls(listener);
  checkClientAuthentication(listener);
  checkHsts(listener);
  checkAllowedCidrs(document, listener);
}

function checkPort(document: LoadBalancerDocument, listener: Listener): void {
  const taken = document.listeners.find(
    (other) =>
      other.id !== listener.id &&
      other.protocol_port === listener.protocol_port &&
      l4Class(other.protocol) === l4Class(listener.protocol),
  );
  if (taken === undefined) return;
  throw conflict(
    'Another Listener on this Load Balancer is already using protocol ' +
      `${taken.protocol} and protocol_port ${taken.protocol_port}`,
  );
}

function checkDefaultPool(document: LoadBalancerDocument, listener: Listener): void {
  if (listener.default_pool_id === null) return;
  if (listener.protocol === 'PROMETHEUS') {
    throw new Fault(400, 'Protocol PROMETHEUS listeners cannot have child objects.');
  }
  const pool = poolIn(document, listener.default_pool_id);
  if (poolProtocolsOf[listener.protocol].includes(pool.protocol)) return;
  throw invalid(
    `The pool protocol '${pool.protocol}' is invalid while the listener protocol is ` +
      `'${listener.protocol}'.`,
  );
}

function checkInsertHeaders(listener: Listener): void {
  const names = Object.keys(listener.insert_headers);
  if (names.length === 0) return;
  if (listener.protocol !== 'HTTP' && listener.protocol !== 'TERMINATED_HTTPS') {
    throw invalidOption('insert-headers', `a ${listener.protocol} protocol listener.`);
  }
  for (const name of names) {
    const value = listener.insert_headers[name] ?? '';
    if (!plainHeaders.includes(name) && !tlsHeaders.includes(name)) {
      throw invalidOption(name, 'insert_headers');
    }
    if (listener.protocol === 'HTTP' && tlsHeaders.includes(name)) {
      throw invalidOption(name, 'HTTP protocol listener.');
    }
    // The value goes into device configuration, and has no other meaning than these two.
    if (!/^(true|false)$/i.test(value)) {
      throw invalidOption(value, `insert_headers ${name}; "true" and "false" are`);
    }
  }
}

function hasCertificates(listener: Listener): boolean {
  return (
    listener.default_tls_container_ref !== null ||
    listener.client_ca_tls_container_ref !== null ||
    listener.sni_container_refs.length > 0
  );
}

function hasServerCertificate(listener: Listener): boolean {
  return listener.default_tls_container_ref !== null || listener.sni_container_refs.length > 0;
}

function checkTls(listener: Listener): void {
  const { protocol } = listener;
  const offloads =
    protocol === 'TERMINATED_HTTPS' || (protocol === 'PROMETHEUS' && hasCertificates(listener));
  if (isDatagram(protocol) && hasCertificates(listener)) {
    throw invalid(`${protocol} protocol listener does not support TLS.`);
  }
  if (!offloads && hasCertificates(listener)) {
    throw invalid(
      `Certificate container references are not allowed on ${protocol} protocol listeners.`,
    );
  }
  if (offloads && !hasServerCertificate(listener)) {
    throw invalid(
      'An SNI or default certificate container reference must be provided for ' +
        `${protocol === 'PROMETHEUS' ? 'PROMETHEUS with TLS' : protocol} protocol listeners.`,
    );
  }
}

function checkClientAuthentication(listener: Listener): void {
  const ca = listener.client_ca_tls_container_ref;
  if (listener.client_authentication !== 'NONE' && ca === null) {
    throw invalid(
      `Client authentication setting ${listener.client_authentication} requires a client CA ` +
        'container reference.',
    );
  }
  if (listener.client_crl_container_ref !== null && ca === null) {
    throw invalid(
      'A client authentication CA reference is required to specify a client authentication ' +
        'revocation list.',
    );
  }
}

function checkHsts(listener: Listener): void {
  if (listener.hsts_max_age === null) {
    if (listener.hsts_include_subdomains || listener.hsts_preload) {
      throw invalid(
        'HSTS configuration options hsts_include_subdomains and hsts_preload only make sense ' +
          'if hsts_max_age is set as well.',
      );
    }
    return;
  }
  if (listener.protocol !== 'TERMINATED_HTTPS') {
    throw invalid(
      'The HSTS feature can only be used for listeners using the TERMINATED_HTTPS protocol.',
    );
  }
}

const isIpv6 = (address: string) => address.includes(':');

function checkAllowedCidrs(document: LoadBalancerDocument, listener: Listener): void {
  const additional = document.additional_vips.flatMap((vip) => vip.ip_address ?? []);
  const vips = [document.vip_address, ...additional];
  for (const cidr of listener.allowed_cidrs ?? []) {
    if (vips.some((vip) => isIpv6(vip) === isIpv6(cidr))) continue;
    const list = vips.map((vip) => `'${vip}'`).join(', ');
    throw invalid(`CIDR ${cidr} IP version incompatible with all VIPs [${list}] IP version.`);
  }
}
