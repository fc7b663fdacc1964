import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { Fault } from '../../machines/model/fault.ts';
import { checkNewDocument } from '../../machines/model/operations/apply.ts';
import { timestampOf } from '../../machines/model/operations/stamp.ts';
import { checkAddress, checkDocumentAddresses } from './address-policy.ts';
import {
  newLoadBalancer,
  refuseForeignResources,
  refuseL7Policies,
  vipFields,
} from './build/load-balancer.ts';
import type { ApiContext, ApiOptions } from './context.ts';
import { assertSupported, enabledProvider } from './providers.ts';
import type { LoadBalancerPOST } from './schemas/load-balancer.ts';
import type { LoadBalancerView, Vip, VipRequest } from './services.ts';

/**
 * Creates a load balancer with all that the request holds. Everything that can be refused is
 * refused before the first write; then addresses are taken, then the document is committed.
 */
export async function createLoadBalancer(
  c: ApiContext,
  options: ApiOptions,
  input: LoadBalancerPOST,
): Promise<LoadBalancerView> {
  const { vips } = options.services;
  const provider = input.provider ?? options.config.defaultProvider;
  const descriptor = enabledProvider(options, provider);
  refuseForeignResources(input);
  refuseL7Policies(provider, input.listeners ?? []);
  const requests = vipRequests(input);
  const [vip, ...additional] = requests.map((request) => vips.preview(request));
  if (vip === undefined) throw new TypeError('a load balancer without a VIP');
  for (const each of [vip, ...additional]) checkVip(each, options);
  const document = checkNewDocument(
    newLoadBalancer(
      input,
      { provider, vip, additional },
      {
        random: options.random,
        now: timestampOf(options.clock.wallMs()),
        projectId: input.project_id ?? input.tenant_id ?? options.config.defaultProjectId,
      },
    ),
  );
  checkDocumentAddresses(document, options.config.addressPolicy);
  assertSupported(descriptor, document);
  return commit(c, options, document, requests);
}

/** The main address first. */
function vipRequests(input: LoadBalancerPOST): VipRequest[] {
  const networkId = input.vip_network_id ?? null;
  const main: VipRequest = {
    address: input.vip_address ?? null,
    subnetId: input.vip_subnet_id ?? null,
    networkId,
    portId: input.vip_port_id ?? null,
  };
  const additional = (input.additional_vips ?? []).map((vip) => ({
    address: vip.ip_address ?? null,
    subnetId: vip.subnet_id,
    networkId: null,
    portId: vip.port_id ?? null,
  }));
  const subnets = [main, ...additional].flatMap(({ subnetId }) => subnetId ?? []);
  if (new Set(subnets).size !== subnets.length) {
    throw new Fault(
      400,
      'Validation failure: Duplicate VIP subnet(s) specified. Only one IP can be bound per subnet.',
    );
  }
  return [main, ...additional];
}

/** What lies in a configured pool, the operator has allowed by configuring it. */
function checkVip(vip: Vip, options: ApiOptions): void {
  if (vip.subnetId !== null) return;
  checkAddress('vip_address', vip.address, options.config.addressPolicy);
}

async function commit(
  c: ApiContext,
  options: ApiOptions,
  document: LoadBalancerDocument,
  requests: readonly VipRequest[],
): Promise<LoadBalancerView> {
  const { vips, loadBalancers } = options.services;
  const taken: Vip[] = [];
  let isSent = false;
  try {
    for (const request of requests) taken.push(await vips.allocate(request, document.id));
    const [vip, ...additional] = taken;
    if (vip === undefined) throw new TypeError('a load balancer without a VIP');
    const complete = { ...document, ...vipFields(vip, additional) };
    isSent = true;
    return await loadBalancers.create(complete, c.var.requestId);
  } catch (error) {
    // After a server's fault the load balancer may exist all the same, and its addresses must stay
    // its own; the sweep frees them if it does not. So it may where it was written and is not seen.
    const isUnseen = isSent && error instanceof Fault && error.status === 404;
    const refused = error instanceof Fault && error.status < 500 && !isUnseen;
    if (refused) await giveBack(c, options, document.id, taken);
    throw error;
  }
}

async function giveBack(
  c: ApiContext,
  options: ApiOptions,
  id: string,
  taken: readonly Vip[],
): Promise<void> {
  for (const { address } of taken) {
    try {
      await options.services.vips.release(address, id);
    } catch (err) {
      c.var.log.warn({ err, address, loadBalancer: id }, 'a VIP is left for the sweep to free');
    }
  }
}
