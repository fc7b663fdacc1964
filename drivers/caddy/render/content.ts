import type { OperatingReport } from '../../../machines/model/status.ts';
import type { Listener, LoadBalancerDocument } from '../../../machines/model/document.ts';
import { servedListeners } from '../../../machines/health/operating.ts';
import { hashOf, type Json } from '../json.ts';
import { reportOn } from '../report.ts';
import { listenAddress, renderServer, silentServer } from './server.ts';

/** A load balancer as Caddy is to hold it, without its entry. */
export interface Content {
  /** The server of its first listener, or one that listens nowhere. */
  readonly first: Json;
  /** The servers of its further listeners, by the names under which the device keeps them. */
  readonly parts: Readonly<Record<string, Json>>;
  readonly hash: string;
  readonly listens: readonly string[];
  readonly operating: OperatingReport;
}

/**
 * Caddy has timeouts for each server, and nothing in a request tells at which port it came in: so each
 * listener is a server of its own. Only of a document in which nothing is unsupported.
 */
export function renderContent(document: LoadBalancerDocument): Content {
  const served = servedListeners(document);
  const [front, ...further] = served;
  const first = front === undefined ? silentServer : renderServer(document, front);
  const parts = Object.fromEntries(
    further.map((listener) => [partName(document, listener), renderServer(document, listener)]),
  );
  return {
    first,
    parts,
    hash: contentHash(first, parts),
    listens: served.map((listener) => listenAddress(document, listener)),
    operating: reportOn(document),
  };
}

export function contentHash(first: Json, parts: Readonly<Record<string, Json>>): string {
  return hashOf([first, parts]);
}

function partName(document: LoadBalancerDocument, listener: Listener): string {
  return `${document.id}.${listener.id}`;
}

/** Is it the name of a further server of this load balancer, whatever its entry knows of? */
export function isPartOf(id: string, name: string): boolean {
  return name.startsWith(`${id}.`);
}
