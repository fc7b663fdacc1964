import type {
  HealthMonitor,
  Listener,
  LoadBalancerDocument,
  Member,
  Pool,
} from '../../machines/model/document.ts';
import * as fixtures from '../fixtures/documents.ts';

/** The shared fixtures with ids that are the same in each run, and dates that stand out. */

let count = 0;

/** A UUID that is different at each call and the same in each run. */
export function nextId(): string {
  count += 1;
  return `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
}

const named = () => ({ id: nextId(), project_id: 'p', created_at: '2019-05-01T09:00:00' });

export const member = (fields: Partial<Member> = {}): Member =>
  fixtures.member({ ...named(), address: '198.51.100.7', protocol_port: 80, ...fields });

export const healthMonitor = (fields: Partial<HealthMonitor> = {}): HealthMonitor =>
  fixtures.healthMonitor({
    ...named(),
    type: 'TCP',
    delay: 5,
    timeout: 3,
    max_retries: 2,
    max_retries_down: 3,
    http_method: null,
    url_path: null,
    expected_codes: null,
    ...fields,
  });

export const pool = (fields: Partial<Pool> = {}): Pool => fixtures.pool({ ...named(), ...fields });

export const listener = (fields: Partial<Listener> = {}): Listener =>
  fixtures.listener({ ...named(), ...fields });

export const loadBalancer = (fields: Partial<LoadBalancerDocument> = {}): LoadBalancerDocument =>
  fixtures.loadBalancerDocument({ ...named(), vip_address: '203.0.113.10', ...fields });

/** A load balancer with one listener on one pool with one member and one monitor. */
export function tree() {
  const aMember = member();
  const aMonitor = healthMonitor();
  const aPool = pool({ members: [aMember], healthmonitor: aMonitor });
  const aListener = listener({ default_pool_id: aPool.id });
  const document = loadBalancer({ listeners: [aListener], pools: [aPool] });
  return { document, aListener, aPool, aMember, aMonitor };
}
