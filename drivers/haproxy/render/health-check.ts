import type { HealthMonitor, Member } from '../../../machines/model/document.ts';
import { haproxyAddress } from '../addresses.ts';
import { quoted } from './quote.ts';

/** The lines of a backend whose members are checked; a TCP check needs no line for the connect. */
export function renderHealthCheck(monitor: HealthMonitor, vipAddress: string): string[] {
  const timeout = `    timeout check ${monitor.timeout}s`;
  if (monitor.type !== 'HTTP') return [timeout];
  const codes = (monitor.expected_codes ?? '200').replaceAll(/\s/g, '');
  return [
    timeout,
    '    option httpchk',
    `    http-check send ${request(monitor, vipAddress)}`,
    `    http-check expect status ${codes}`,
  ];
}

function request(monitor: HealthMonitor, vipAddress: string): string {
  const version = monitor.http_version === 1.1 ? '1.1' : '1.0';
  // HTTP/1.1 demands a host; the VIP is what a client without a name would send.
  const host = monitor.domain_name ?? (version === '1.1' ? vipAddress : null);
  return [
    `meth ${monitor.http_method ?? 'GET'}`,
    `uri ${quoted(monitor.url_path ?? '/')}`,
    `ver HTTP/${version}`,
    ...(host === null ? [] : [`hdr Host ${quoted(hostHeader(host))}`]),
  ].join(' ');
}

function hostHeader(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** How one member is checked: where, how often, and when it counts as up or down. */
export function serverCheck(member: Member, monitor: HealthMonitor): string {
  return [
    'check',
    `inter ${monitor.delay}s`,
    `rise ${monitor.max_retries}`,
    `fall ${monitor.max_retries_down}`,
    ...(member.monitor_address === null ? [] : [`addr ${haproxyAddress(member.monitor_address)}`]),
    ...(member.monitor_port === null ? [] : [`port ${member.monitor_port}`]),
  ].join(' ');
}
