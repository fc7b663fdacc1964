import type { Listener } from '../../../machines/model/document.ts';
import { tlsDefaults } from '../schemas/attributes.ts';
import { type ListenerSingleCreate, timeoutDefaults } from '../schemas/listener.ts';
import { type Birth, newResource } from './named.ts';

/** The listener, sending its traffic to the given pool. */
export function newListener(
  input: ListenerSingleCreate,
  poolId: string | null,
  birth: Birth,
): Listener {
  const tls = input.protocol === 'TERMINATED_HTTPS' ? tlsDefaults : null;
  const cidrs = input.allowed_cidrs ?? [];
  return {
    ...newResource(input, birth),
    description: input.description ?? '',
    protocol: input.protocol,
    protocol_port: input.protocol_port,
    connection_limit: input.connection_limit ?? -1,
    default_pool_id: poolId,
    insert_headers: input.insert_headers ?? {},
    timeout_client_data: input.timeout_client_data ?? timeoutDefaults.timeout_client_data,
    timeout_member_connect: input.timeout_member_connect ?? timeoutDefaults.timeout_member_connect,
    timeout_member_data: input.timeout_member_data ?? timeoutDefaults.timeout_member_data,
    timeout_tcp_inspect: input.timeout_tcp_inspect ?? timeoutDefaults.timeout_tcp_inspect,
    allowed_cidrs: cidrs.length === 0 ? null : cidrs,
    default_tls_container_ref: input.default_tls_container_ref ?? null,
    sni_container_refs: input.sni_container_refs ?? [],
    client_ca_tls_container_ref: input.client_ca_tls_container_ref ?? null,
    client_authentication: input.client_authentication ?? 'NONE',
    client_crl_container_ref: input.client_crl_container_ref ?? null,
    hsts_max_age: input.hsts_max_age ?? null,
    hsts_include_subdomains: input.hsts_include_subdomains ?? false,
    hsts_preload: input.hsts_preload ?? false,
    tls_ciphers: input.tls_ciphers ?? tls?.tls_ciphers ?? null,
    tls_versions: input.tls_versions ?? tls?.tls_versions ?? [],
    alpn_protocols: input.alpn_protocols ?? tls?.alpn_protocols ?? [],
  };
}
