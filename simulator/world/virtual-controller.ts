import { memoryDescriptor } from '../../drivers/memory/driver.ts';
import type { Log } from '../../machines/ports/log.ts';
import { type Api, createApi } from '../../src/api/app.ts';
import { ApiConfig } from '../../src/api/config.ts';
import { unconfirmedHeader } from '../../src/api/guards.ts';
import type { ControllerOptions } from '../../src/controller/controller-options.ts';
import { Controller } from '../../src/controller/controller.ts';
import { VipPools } from '../../src/vips/config.ts';
import { createVips, type VipAllocator } from '../../src/vips/vips.ts';
import type { HostProcess } from './host.ts';
import { lightRequest } from './light-request.ts';
import { respondLightly } from './light-response.ts';
import { virtualDescriptor, virtualDescriptors } from './places.ts';
import { processStores } from './process-ports.ts';
import type { WireApi } from './wire.ts';
import type { World } from './world.ts';

/** Where virtual load balancers get their addresses from: far more than any world asks for. */
export const vipSubnetId = '5b1f7a52-6f0f-4b55-9d35-0d6a1c1f6b01';
const vipPools = VipPools.parse([
  {
    networkId: '5b1f7a52-6f0f-4b55-9d35-0d6a1c1f6b00',
    subnetId: vipSubnetId,
    cidr: '10.20.0.0/16',
  },
]);

/** Those that a device fences by itself: two workers may believe that they have the same ticket. */
const queuedDrivers: ReadonlySet<string> = new Set([memoryDescriptor.name]);

/** Are load balancers of this driver taken from a queue? */
export const isQueued = (world: World, driver: string): boolean =>
  world.queues !== null && queuedDrivers.has(driver);

/** As many commands to one agent at once: so few that every world has to do with it. */
export const commandsInFlight = 4;

/** As many moves for the sake of even loads at once. */
export const movesInFlight = 2;

const apiConfig = ApiConfig.parse({ defaultProvider: memoryDescriptor.name });

export interface VirtualController {
  readonly controller: Controller;
  readonly api: WireApi;
}

/** What a controller's process is made of, as in its composition root, but without a socket. */
export function virtualController(
  id: string,
  world: World,
  { process, clock, log, queues }: HostProcess,
  { bus, formats }: Required<Pick<ControllerOptions, 'bus' | 'formats'>>,
): VirtualController {
  const stores = processStores(process, world.storesFor(id));
  const vips = createVips({
    pools: vipPools,
    store: stores.vips,
    loadBalancers: {
      knows: (name) => controller.projection.desired.raw(name) !== null,
      isOnRecord: async (name) => (await stores.desired.get(name)) !== null,
    },
    clock,
    random: world.stream(`vips:${id}`),
    log,
  });
  const controller = new Controller(
    world.parts.controller({
      id,
      bus,
      stores,
      clock,
      random: world.stream(`controller:${id}`),
      log,
      timings: world.options.timings,
      shards: world.options.shards,
      formats,
      commandsInFlight,
      movesInFlight,
      rebalance: world.options.rebalance === true ? 'paced' : 'off',
      resolveDriver: virtualDescriptor,
      ...(queues === null ? {} : { dispatch: { queues, drivers: queuedDrivers } }),
      found: (loadBalancer, { vip_address: address }) => vips.keep(address, loadBalancer),
      purged: (loadBalancer, { vip_address: address }) => {
        release(vips, address, loadBalancer, log);
      },
    }),
  );
  const app = createApi({
    services: {
      loadBalancers: controller.loadBalancers,
      fleet: controller.fleet,
      feed: controller.transitions,
      vips,
    },
    config: apiConfig,
    clock,
    random: world.stream(`api:${id}`),
    log,
    resolveProvider: virtualDescriptor,
    listProviders: () => virtualDescriptors,
  });
  return { controller, api: world.parts.api(wireApi(app), id, world.clock) };
}

function release(vips: VipAllocator, address: string, loadBalancer: string, log: Log): void {
  vips.release(address, loadBalancer).catch((error: unknown) => {
    log.warn({ loadBalancer, address, err: error }, 'an address was not freed');
  });
}

/** The API is a function from requests to responses; over a socket, this is what clients see. */
function wireApi(app: Api): WireApi {
  respondLightly();
  return async (request) => {
    const response = await app.fetch(lightRequest(request));
    const confirmed = !response.headers.has(unconfirmedHeader);
    return { status: response.status, text: await response.text(), confirmed };
  };
}
