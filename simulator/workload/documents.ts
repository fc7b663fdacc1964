import type {
  Listener,
  LoadBalancerDocument,
  Member,
  Pool,
} from '../../machines/model/document.ts';
import { timestampOf } from '../../machines/model/operations/stamp.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { worldBeginsMs } from '../world/host-time.ts';

const createdAt = timestampOf(worldBeginsMs);
const noTls = { tls_ciphers: null, tls_versions: [], alpn_protocols: [] };

function named(stream: RandomStream, name: string) {
  return {
    id: stream.uuid(),
    name,
    admin_state_up: true,
    project_id: 'simulated',
    created_at: createdAt,
    updated_at: null,
    tags: [],
    created_generation: 1,
    changed_generation: 1,
  };
}

/** A load balancer with a listener, and a pool of one to three members behind it. */
export function newDocument(stream: RandomStream, index: number): LoadBalancerDocument {
  const members = Array.from({ length: stream.integer(1, 3) }, (_, at) => newMember(stream, at));
  const pool = newPool(stream, members);
  return {
    ...named(stream, `lb-${index + 1}`),
    description: '',
    provider: 'memory',
    vip_address: `127.0.1.${(index % 250) + 1}`,
    vip_port_id: null,
    vip_subnet_id: null,
    vip_network_id: null,
    vip_qos_policy_id: null,
    vip_sg_ids: [],
    additional_vips: [],
    flavor_id: null,
    availability_zone: null,
    listeners: [newListener(stream, pool.id)],
    pools: [pool],
  };
}

/** `number` tells the members of one pool apart by their ports. */
export function newMember(stream: RandomStream, number: number): Member {
  return {
    ...named(stream, `member-${number + 1}`),
    address: '127.0.2.1',
    protocol_port: 8_000 + number,
    weight: stream.integer(1, 10),
    backup: false,
    subnet_id: null,
    monitor_address: null,
    monitor_port: null,
  };
}

function newPool(stream: RandomStream, members: Member[]): Pool {
  return {
    ...named(stream, 'pool'),
    description: '',
    protocol: 'HTTP',
    lb_algorithm: 'ROUND_ROBIN',
    session_persistence: null,
    members,
    healthmonitor: null,
    tls_enabled: false,
    tls_container_ref: null,
    ca_tls_container_ref: null,
    crl_container_ref: null,
    ...noTls,
  };
}

function newListener(stream: RandomStream, poolId: string): Listener {
  return {
    ...named(stream, 'listener'),
    description: '',
    protocol: 'HTTP',
    protocol_port: 80,
    connection_limit: -1,
    default_pool_id: poolId,
    insert_headers: {},
    timeout_client_data: 50_000,
    timeout_member_connect: 5_000,
    timeout_member_data: 50_000,
    timeout_tcp_inspect: 0,
    allowed_cidrs: null,
    default_tls_container_ref: null,
    sni_container_refs: [],
    client_ca_tls_container_ref: null,
    client_authentication: 'NONE',
    client_crl_container_ref: null,
    hsts_max_age: null,
    hsts_include_subdomains: false,
    hsts_preload: false,
    ...noTls,
  };
}
