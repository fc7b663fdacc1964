import type { Listener, Pool } from '../document.ts';

type ListenerProtocol = Listener['protocol'];
type PoolProtocol = Pool['protocol'];

const overTcp: readonly PoolProtocol[] = ['HTTP', 'HTTPS', 'PROXY', 'PROXYV2', 'TCP'];
const overHttp: readonly PoolProtocol[] = ['HTTP', 'PROXY', 'PROXYV2'];

/** Which pools a listener of each protocol can send its traffic to. */
export const poolProtocolsOf: Readonly<Record<ListenerProtocol, readonly PoolProtocol[]>> = {
  TCP: overTcp,
  HTTP: overHttp,
  HTTPS: ['HTTPS', 'PROXY', 'PROXYV2', 'TCP'],
  TERMINATED_HTTPS: overHttp,
  UDP: ['UDP'],
  SCTP: ['SCTP'],
  PROMETHEUS: [],
};

/** Two listeners may share a port number only if they are of different classes. */
export function l4Class(protocol: ListenerProtocol): 'TCP' | 'UDP' | 'SCTP' {
  return protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP';
}

/** UDP and SCTP know no streams, so cookies, TLS and most health checks make no sense there. */
export function isDatagram(protocol: ListenerProtocol | PoolProtocol): boolean {
  return protocol === 'UDP' || protocol === 'SCTP';
}
