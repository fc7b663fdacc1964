import type { HealthMonitor, Pool } from '../document.ts';
import { isDatagram } from './protocols.ts';
import { invalid, invalidOption } from './words.ts';

/** Seconds; faster UDP checks are answered by rate-limited ICMP and would tell lies. */
export const udpConnectDelayMin = 3;

const forDatagrams: readonly HealthMonitor['type'][] = ['UDP-CONNECT', 'SCTP', 'TCP', 'HTTP'];

/** Does this type of monitor speak HTTP, so that a method, a path and codes mean something? */
export function speaksHttp(type: HealthMonitor['type']): boolean {
  return type === 'HTTP' || type === 'HTTPS';
}

/** Throws a Fault where the monitor contradicts itself or can't check members of this pool. */
export function checkHealthMonitor(monitor: HealthMonitor, pool: Pool): void {
  checkType(monitor, pool.protocol);
  checkHttpAttributes(monitor);
  if (monitor.domain_name === null) return;
  if (monitor.http_version === null) {
    throw invalid("'http_version' must be specified when 'domain_name' is provided.");
  }
  if (monitor.http_version < 1.1) {
    throw invalidOption(
      `http_version ${monitor.http_version.toFixed(1)}`,
      'health monitors HTTP 1.1 domain name health check',
    );
  }
}

function checkType(monitor: HealthMonitor, protocol: Pool['protocol']): void {
  if (!isDatagram(protocol)) {
    if (monitor.type === 'UDP-CONNECT' || monitor.type === 'SCTP') {
      throw invalid(`The ${monitor.type} type is only supported for pools of type UDP/SCTP.`);
    }
    return;
  }
  if (!forDatagrams.includes(monitor.type)) {
    throw invalid(
      `The associated pool protocol is ${protocol}, so only a ${forDatagrams.join('/')} health ` +
        'monitor is supported.',
    );
  }
  if (monitor.type === 'UDP-CONNECT' && monitor.delay < udpConnectDelayMin) {
    throw invalid(
      `The request delay value ${monitor.delay} should be larger than ${udpConnectDelayMin} for ` +
        'UDP-CONNECT health monitor type.',
    );
  }
}

function checkHttpAttributes(monitor: HealthMonitor): void {
  if (speaksHttp(monitor.type)) return;
  for (const attribute of ['http_method', 'url_path', 'expected_codes'] as const) {
    if (monitor[attribute] !== null) {
      throw invalidOption(attribute, `health monitors of type ${monitor.type}`);
    }
  }
}
