import { itemsOf, resourceOf, textOf } from '../workload/answers.ts';
import type { Exchange } from '../world/events.ts';

/** What a client saw of its load balancer when it looked at it. */
export interface Sight {
  /** Empty where it was not found. */
  readonly id: string;
  /** The provisioning status; `gone` where it was not found. */
  readonly status: string;
  readonly resource: Readonly<Record<string, unknown>> | null;
}

const gone: Sight = { id: '', status: 'gone', resource: null };
const shown = /^\/v2\.0\/lbaas\/loadbalancers\/[0-9a-f-]+$/;
const listed = /^\/v2\.0\/lbaas\/loadbalancers\?name=/;

/**
 * What a read of the load balancer itself showed; null for any other request, and where nobody
 * answered for certain.
 */
export function sightOf({ request, answer }: Exchange): Sight | null {
  const { method, path } = request;
  if (method !== 'GET' || answer === null || !answer.confirmed) return null;
  if (shown.test(path)) {
    if (answer.status === 404) return gone;
    return answer.status === 200 ? seen(resourceOf(JSON.parse(answer.text), 'loadbalancer')) : null;
  }
  if (!listed.test(path) || answer.status !== 200) return null;
  const [found] = itemsOf(JSON.parse(answer.text), 'loadbalancers');
  return found === undefined ? gone : seen(found);
}

function seen(resource: Sight['resource']): Sight {
  return { id: textOf(resource, 'id'), status: textOf(resource, 'provisioning_status'), resource };
}
