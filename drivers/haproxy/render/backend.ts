import type {
  HealthMonitor,
  Listener,
  LoadBalancerDocument,
  Member,
  Pool,
} from '../../../machines/model/document.ts';
import { haproxyAddress } from '../addresses.ts';
import { renderHealthCheck, serverCheck } from './health-check.ts';
import { backendName, mode } from './services.ts';

const balance: Record<string, string> = {
  ROUND_ROBIN: 'roundrobin',
  LEAST_CONNECTIONS: 'leastconn',
  SOURCE_IP: 'source',
};

export function renderBackend(
  document: LoadBalancerDocument,
  listener: Listener,
  pool: Pool,
): string {
  const algorithm = balance[pool.lb_algorithm];
  if (algorithm === undefined) throw new Error(`no such lb_algorithm: ${pool.lb_algorithm}`);
  const monitor = pool.healthmonitor?.admin_state_up === true ? pool.healthmonitor : null;
  return [
    `backend ${backendName(pool, listener)}`,
    `    mode ${mode(listener)}`,
    `    balance ${algorithm}`,
    `    timeout connect ${listener.timeout_member_connect}ms`,
    `    timeout server ${listener.timeout_member_data}ms`,
    '    option redispatch',
    '    retries 3',
    // Octavia spreads over all backup members, not over the first only.
    '    option allbackups',
    ...(monitor === null ? [] : renderHealthCheck(monitor, document.vip_address)),
    ...pool.members.map((member) => renderServer(member, monitor)),
  ].join('\n');
}

function renderServer(member: Member, monitor: HealthMonitor | null): string {
  return [
    `    server ${member.id} ${haproxyAddress(member.address)}:${member.protocol_port}`,
    `weight ${member.weight}`,
    ...(monitor === null ? [] : [serverCheck(member, monitor)]),
    ...(member.backup ? ['backup'] : []),
    ...(member.admin_state_up ? [] : ['disabled']),
  ].join(' ');
}
