import type { HealthMonitor, Listener, Member, Pool } from '../../../machines/model/document.ts';
import { isTrue } from '../../contract/insert-headers.ts';
import type { Json } from '../json.ts';
import { expectedStatus } from '../expected-codes.ts';
import { socketAddress } from './address.ts';

/** How often a request looks for another member, where one can't be connected to. */
const retries = 3;

/** The members that take requests: neither disabled, nor drained by the weight 0. */
export function takers(pool: Pool): readonly Member[] {
  return pool.members.filter(({ admin_state_up, weight }) => admin_state_up && weight > 0);
}

/** The handler that passes requests on to a pool that has takers. */
export function renderProxy(listener: Listener, pool: Pool): Json {
  const members = takers(pool);
  const monitor = pool.healthmonitor?.admin_state_up === true ? pool.healthmonitor : null;
  return {
    handler: 'reverse_proxy',
    upstreams: members.map((member) => ({
      dial: socketAddress(member.address, member.protocol_port),
    })),
    load_balancing: { selection_policy: renderSelection(pool), retries },
    ...(monitor === null ? {} : { health_checks: { active: renderCheck(monitor, members) } }),
    headers: { request: renderHeaders(listener) },
    transport: {
      protocol: 'http',
      versions: ['1.1'],
      // Answers pass as they are, and are asked for as the client asked.
      compression: false,
      dial_timeout: `${listener.timeout_member_connect}ms`,
      read_timeout: `${listener.timeout_member_data}ms`,
      write_timeout: `${listener.timeout_member_data}ms`,
    },
  };
}

function renderSelection(pool: Pool): Json {
  const persistence = pool.session_persistence;
  if (persistence?.type === 'HTTP_COOKIE') {
    return { policy: 'cookie', name: persistence.cookie_name ?? 'SRV' };
  }
  if (persistence?.type === 'SOURCE_IP' || pool.lb_algorithm === 'SOURCE_IP') {
    return { policy: 'ip_hash' };
  }
  return { policy: pool.lb_algorithm === 'LEAST_CONNECTIONS' ? 'least_conn' : 'round_robin' };
}

function renderCheck(monitor: HealthMonitor, members: readonly Member[]): Json {
  const port = members[0]?.monitor_port ?? null;
  return {
    // Behind two slashes Caddy would look for a host; it decodes the path before it asks for it.
    uri: (monitor.url_path ?? '/').replace(/^\/\//, '/%2F'),
    interval: `${monitor.delay}s`,
    timeout: `${monitor.timeout}s`,
    expect_status: expectedStatus(monitor.expected_codes),
    ...(port === null ? {} : { port }),
    ...(monitor.domain_name === null ? {} : { headers: { Host: [monitor.domain_name] } }),
  };
}

/** Caddy adds X-Forwarded-For, -Proto and -Host by itself; what is not asked for is taken out again. */
function renderHeaders(listener: Listener): Json {
  const wanted = (name: string) => isTrue(listener.insert_headers[name]);
  const added = ['X-Forwarded-For', 'X-Forwarded-Proto'];
  const withPort = wanted('X-Forwarded-Port');
  return {
    delete: [...added.filter((name) => !wanted(name)), 'X-Forwarded-Host'],
    ...(withPort ? { set: { 'X-Forwarded-Port': [String(listener.protocol_port)] } } : {}),
  };
}
