import type { LoadBalancerDocument } from '../document.ts';
import { Fault } from '../fault.ts';

/**
 * A load balancer is one record, so what it may hold is bounded. A document at all three counts,
 * with names of ordinary length, stays below the bytes; long names and many tags meet the bytes
 * first.
 */
export const listenersMax = 64;
export const poolsMax = 64;
/** Over all pools of the load balancer. */
export const membersMax = 500;
/** Of the document as JSON in UTF-8; below a record's limit, with room for what is kept beside it. */
export const documentBytesMax = 448 * 1024;

/** Octavia's answer to a met quota is 403; the second sentence says which limit it was. */
function met(resource: string, limit: string): Fault {
  return new Fault(
    403,
    `Quota has been met for resources: ${resource}. A load balancer holds at most ${limit}.`,
  );
}

/** Throws a {@link Fault} (403) when the document holds more than one record can. */
export function checkLimits(document: LoadBalancerDocument): void {
  if (document.listeners.length > listenersMax) throw met('Listener', `${listenersMax} listeners`);
  if (document.pools.length > poolsMax) throw met('Pool', `${poolsMax} pools`);
  const members = document.pools.reduce((sum, pool) => sum + pool.members.length, 0);
  if (members > membersMax) {
    throw met('Member', `${membersMax} members over all of its pools; this would be ${members}`);
  }
  const bytes = new TextEncoder().encode(JSON.stringify(document)).length;
  if (bytes > documentBytesMax) {
    throw met(
      'Load Balancer',
      `${documentBytesMax} bytes of configuration; this would be ${bytes}. ` +
        'Shorter names, fewer tags or several load balancers make room',
    );
  }
}
