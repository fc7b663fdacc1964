import type { LoadBalancerDocument } from '../../../machines/model/document.ts';
import { socketName } from '../stats-socket.ts';
import { renderBackend } from './backend.ts';
import { renderFrontend } from './frontend.ts';
import { type Service, services } from './services.ts';

/** What a configuration needs to know beside the document. */
export interface RenderSettings {
  /** Connections of a listener without a limit of its own. */
  readonly maxConnections: number;
  /** How many files the process may open. */
  readonly openFilesMax: number;
  readonly hardStopAfterMs: number;
  /** Whom the process becomes after it has bound its ports; null: it stays who it is. */
  readonly user: string | null;
  readonly group: string | null;
  /** May it start before its address is there, and is it to let clients go before its address goes? */
  readonly addressMoves: boolean;
}

/** Files that a process opens for itself, beside its connections. */
const filesOfItsOwn = 100;

/**
 * HAProxy's configuration for a document in which nothing is unsupported; null where nothing is to
 * be bound, and so no process is needed.
 */
export function renderConfig(
  document: LoadBalancerDocument,
  settings: RenderSettings,
): string | null {
  const served = services(document);
  if (served.length === 0) return null;
  const sections = served.flatMap(({ listener, pool }) => [
    renderFrontend(document, { listener, pool }, settings.addressMoves),
    ...(pool === null ? [] : [renderBackend(document, listener, pool)]),
  ]);
  return `${[renderGlobal(served, settings), ...sections].join('\n\n')}\n`;
}

function renderGlobal(served: readonly Service[], settings: RenderSettings): string {
  const hardStopMs = settings.hardStopAfterMs;
  return [
    'global',
    // More threads would cost each of a thousand processes memory that it never needs.
    '    nbthread 1',
    // Without it two processes may share a port, and silently split its traffic.
    '    noreuseport',
    `    maxconn ${connections(served, settings)}`,
    `    hard-stop-after ${hardStopMs}ms`,
    `    stats socket unix@${socketName} mode 600 level admin expose-fd listeners`,
    ...(settings.user === null ? [] : [`    user ${settings.user}`]),
    ...(settings.group === null ? [] : [`    group ${settings.group}`]),
  ].join('\n');
}

/** What the listeners may take together, within what the limit on open files allows. */
function connections(served: readonly Service[], settings: RenderSettings): number {
  const wanted = served
    .map(({ listener }) => listener.connection_limit)
    .reduce((sum, limit) => sum + (limit === -1 ? settings.maxConnections : limit), 0);
  const checks = served.reduce((sum, { pool }) => sum + (pool?.members.length ?? 0), 0);
  // Each connection has two sides, and each member's health check a connection of its own.
  const room = settings.openFilesMax - filesOfItsOwn - served.length - checks;
  return Math.max(1, Math.min(wanted, Math.floor(room / 2)));
}
