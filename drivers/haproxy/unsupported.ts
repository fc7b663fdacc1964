import type {
  HealthMonitor,
  Listener,
  LoadBalancerDocument,
  Member,
  Pool,
} from '../../machines/model/document.ts';
import { isUpward } from '../../machines/model/code-range.ts';
import { connectionLimitMax } from '../../machines/model/limits.ts';
import { isAddress } from '../contract/addresses.ts';
import { isTrue } from '../contract/insert-headers.ts';
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

/** What may stand in a request line; a space or a control character would end the path early. */
const urlPath = /^\/[\x21-\x7e]*$/;
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
    ...unservedOfLoadBalancer(document),
    ...document.listeners.flatMap((listener) => ofListener(document, listener)),
    ...document.pools.flatMap(ofPool),
  ];
}

function ofListener(document: LoadBalancerDocument, listener: Listener): string[] {
  const { protocol, connection_limit: limit } = listener;
  if (!listenerProtocols.includes(protocol)) return [`listener protocol ${protocol}`];
  return [
    ...unservedOfListener(listener),
    ...those({
      [`listener connection_limit ${limit}`]: limit === 0 || limit > connectionLimitMax,
    }),
    ...ofInsertedHeaders(listener),
    ...ofDefaultPool(document, listener),
  ];
}

function ofInsertedHeaders(listener: Listener): string[] {
  const { protocol, insert_headers: headers } = listener;
  if (protocol === 'HTTP') return unservedHeaders(listener);
  const isWanted = Object.values(headers).some(isTrue);
  return isWanted ? [`listener insert_headers with protocol ${protocol}`] : [];
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
    ...unservedOfPool(pool),
    ...those({
      [`pool protocol ${pool.protocol}`]: !allPoolProtocols.includes(pool.protocol),
      [`pool session_persistence ${pool.session_persistence?.type}`]:
        pool.session_persistence !== null,
    }),
    ...pool.members.flatMap(ofMember),
    ...(pool.healthmonitor === null ? [] : ofHealthMonitor(pool.healthmonitor)),
  ];
}

function ofMember(member: Member): string[] {
  const { id, address, monitor_address: monitorAddress } = member;
  return [
    ...unservedId('member', id),
    ...those({
      [`member address ${shown(address)}, which is no IP address`]: !isAddress(address),
      [`member monitor_address ${shown(monitorAddress ?? '')}, which is no IP address`]:
        monitorAddress !== null && !isAddress(monitorAddress),
    }),
  ];
}

function ofHealthMonitor(monitor: HealthMonitor): string[] {
  const { type, http_method: method, expected_codes: codes, http_version: version } = monitor;
  if (type !== 'HTTP' && type !== 'TCP') return [`health monitor type ${type}`];
  if (type === 'TCP') return unservedTimes(monitor);
  return [
    ...unservedTimes(monitor),
    ...unservedRequest(monitor, urlPath),
    ...those({
      [`health monitor http_method ${shown(method ?? '')}`]:
        method !== null && !httpMethods.includes(method),
      [`health monitor expected_codes ${shown(codes ?? '')}`]:
        codes !== null && !(expectedCodes.test(codes) && isUpward(codes)),
      [`health monitor http_version ${version}`]:
        version !== null && version !== 1 && version !== 1.1,
    }),
  ];
}
