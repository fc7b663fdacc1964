import type { Listener } from '../../../machines/model/document.ts';
import { listenerOperatingStatus, type WireView } from '../../../machines/model/wire-status.ts';
import { childResponse, idOnly } from './common.ts';

/** As it stands within the full graph of its load balancer. */
export function listenerFullResponse(view: WireView, listener: Listener) {
  return {
    ...childResponse(view, listener),
    operating_status: listenerOperatingStatus(view, listener),
    description: listener.description,
    protocol: listener.protocol,
    protocol_port: listener.protocol_port,
    connection_limit: listener.connection_limit,
    default_tls_container_ref: listener.default_tls_container_ref,
    sni_container_refs: listener.sni_container_refs,
    default_pool_id: listener.default_pool_id,
    l7policies: [],
    insert_headers: listener.insert_headers,
    timeout_client_data: listener.timeout_client_data,
    timeout_member_connect: listener.timeout_member_connect,
    timeout_member_data: listener.timeout_member_data,
    timeout_tcp_inspect: listener.timeout_tcp_inspect,
    client_ca_tls_container_ref: listener.client_ca_tls_container_ref,
    client_authentication: listener.client_authentication,
    client_crl_container_ref: listener.client_crl_container_ref,
    allowed_cidrs: listener.allowed_cidrs,
    tls_ciphers: listener.tls_ciphers,
    tls_versions: listener.tls_versions,
    alpn_protocols: listener.alpn_protocols,
    hsts_max_age: listener.hsts_max_age,
    hsts_include_subdomains: listener.hsts_include_subdomains,
    hsts_preload: listener.hsts_preload,
  };
}

export function listenerResponse(view: WireView, listener: Listener) {
  return { ...listenerFullResponse(view, listener), loadbalancers: [idOnly(view.document)] };
}
