import { type ApiClient, CommandError } from './api-client.ts';

/** The id that a name or an id means; throws {@link CommandError} for none, or for several. */
export async function loadBalancerId(api: ApiClient, nameOrId: string): Promise<string> {
  if (/^[0-9a-f-]{36}$/i.test(nameOrId)) return nameOrId;
  const path = `/v2.0/lbaas/loadbalancers?name=${encodeURIComponent(nameOrId)}`;
  const { loadbalancers } = (await api.get(path)) as { loadbalancers: { id: string }[] };
  const [first, second] = loadbalancers;
  if (first === undefined) throw new CommandError(`there is no load balancer "${nameOrId}"`);
  if (second !== undefined) {
    throw new CommandError(`several load balancers are named "${nameOrId}"; give an id`);
  }
  return first.id;
}
