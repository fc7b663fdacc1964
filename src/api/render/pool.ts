import type { Pool } from '../../../machines/model/document.ts';
import { poolOperatingStatus, type WireView } from '../../../machines/model/wire-status.ts';
import { childResponse, idOnly } from './common.ts';
import { healthMonitorFullResponse } from './health-monitor.ts';
import { memberResponse } from './member.ts';

function attributes(view: WireView, pool: Pool) {
  return {
    ...childResponse(view, pool),
    operating_status: poolOperatingStatus(view, pool),
    description: pool.description,
    protocol: pool.protocol,
    lb_algorithm: pool.lb_algorithm,
    session_persistence: pool.session_persistence,
    listeners: view.document.listeners
      .filter((listener) => listener.default_pool_id === pool.id)
      .map(idOnly),
    tls_container_ref: pool.tls_container_ref,
    ca_tls_container_ref: pool.ca_tls_container_ref,
    crl_container_ref: pool.crl_container_ref,
    tls_enabled: pool.tls_enabled,
    tls_ciphers: pool.tls_ciphers,
    tls_versions: pool.tls_versions,
    alpn_protocols: pool.alpn_protocols,
  };
}

export function poolResponse(view: WireView, pool: Pool) {
  return {
    ...attributes(view, pool),
    loadbalancers: [idOnly(view.document)],
    healthmonitor_id: pool.healthmonitor?.id ?? null,
    members: pool.members.map(idOnly),
  };
}

/** As it stands within the full graph of its load balancer. */
export function poolFullResponse(view: WireView, pool: Pool) {
  const monitor = pool.healthmonitor;
  return {
    ...attributes(view, pool),
    ...(monitor === null ? {} : { healthmonitor: healthMonitorFullResponse(view, pool, monitor) }),
    members: pool.members.map((member) => memberResponse(view, pool, member)),
  };
}
