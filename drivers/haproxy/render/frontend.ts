import type { Listener, LoadBalancerDocument, Pool } from '../../../machines/model/document.ts';
import { haproxyAddress } from '../addresses.ts';
import { isTrue } from '../../contract/insert-headers.ts';
import { backendName, mode, type Service } from './services.ts';

export function renderFrontend(
  document: LoadBalancerDocument,
  { listener, pool }: Service,
  addressMoves: boolean,
): string {
  const http = mode(listener) === 'http';
  const address = `${haproxyAddress(document.vip_address)}:${listener.protocol_port}`;
  return [
    `frontend ${listener.id}`,
    `    mode ${mode(listener)}`,
    `    bind ${address}${addressMoves ? ' transparent' : ''}`,
    // An idle connection ends after one more answer, and not in the face of the next request.
    ...(addressMoves && http ? ['    option idle-close-on-response'] : []),
    ...(listener.connection_limit === -1 ? [] : [`    maxconn ${listener.connection_limit}`]),
    `    timeout client ${listener.timeout_client_data}ms`,
    ...renderAllowed(listener.allowed_cidrs ?? []),
    ...(pool === null ? renderNoPool(listener) : renderPool(listener, pool)),
  ].join('\n');
}

/** One network a line, since a line may have 64 words only; lines of one name are or-ed. */
function renderAllowed(cidrs: readonly string[]): string[] {
  if (cidrs.length === 0) return [];
  return [
    ...cidrs.map((cidr) => `    acl allowed src ${cidr}`),
    '    tcp-request connection reject unless allowed',
  ];
}

function renderNoPool(listener: Listener): string[] {
  return mode(listener) === 'http'
    ? ['    http-request return status 503']
    : ['    tcp-request connection reject'];
}

function renderPool(listener: Listener, pool: Pool): string[] {
  const headers = listener.insert_headers;
  const http = mode(listener) === 'http';
  return [
    ...(http && isTrue(headers['X-Forwarded-For']) ? ['    option forwardfor'] : []),
    ...(http && isTrue(headers['X-Forwarded-Port'])
      ? ['    http-request set-header X-Forwarded-Port %[dst_port]']
      : []),
    ...(http && isTrue(headers['X-Forwarded-Proto'])
      ? ['    http-request set-header X-Forwarded-Proto http']
      : []),
    `    default_backend ${backendName(pool, listener)}`,
  ];
}
