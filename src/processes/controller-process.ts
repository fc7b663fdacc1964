import { driverModule, driverModules } from '../../drivers/registry.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { rankBy } from '../../machines/placement/rank.ts';
import { strategyOf } from '../../machines/placement/strategies.ts';
import type { Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { controllerConnection, controllerInbox } from '../../machines/protocol/subjects.ts';
import { expectedFailover } from '../../machines/timings/expected-failover.ts';
import { connectNatsBus, type NatsBus } from '../adapters/nats-bus.ts';
import { natsStores } from '../adapters/nats-store.ts';
import { NatsWorkQueues } from '../adapters/nats-work-queues.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { createApi } from '../api/app.ts';
import { serveApi } from '../api/serve.ts';
import { ConfigError, type LoadedConfig } from '../config/load.ts';
import type { ControllerOptions } from '../controller/controller-options.ts';
import type { Projection } from '../controller/records/projection.ts';
import { inspectedController } from '../inspector/tap/inspected.ts';
import type { Store } from '../ports/store.ts';
import { createVips } from '../vips/vips.ts';
import { guardManagement } from './management-addresses.ts';
import { queuedDrivers } from './queued-drivers.ts';
import { seedIn } from './seed-file.ts';
import { withInspector } from './served-inspector.ts';
import { version } from './version.ts';

export interface RunningController {
  /** Where the API listens. */
  readonly url: string;
  stop(): Promise<void>;
}

const resolveDriver = (name: string) => driverModule(name)?.descriptor ?? null;

/** The composition root of a controller: real clock, NATS, the drivers' descriptors, and the API. */
export async function runController(config: LoadedConfig, log: Log): Promise<RunningController> {
  const { id, api, vipPools, placement } = config.controller;
  const { timings, nats, shards } = config;
  const bus = await connectNatsBus({
    servers: nats.servers,
    allowOldCluster: nats.allowOldCluster,
    name: controllerConnection(id),
    inboxPrefix: controllerInbox(id),
    ...(nats.seedFile === null ? {} : { nkeySeed: await seedIn(nats.seedFile) }),
    clock,
    log,
    timings,
  });
  const stores = await natsStores(bus, { replicas: nats.replicas, log, clock });
  const projection = () => controller.projection;
  const vips = createVips({
    ...{ pools: vipPools, store: stores.vips, clock, random, log },
    loadBalancers: loadBalancersIn(stores.desired, projection),
  });
  const options: ControllerOptions = {
    id,
    bus,
    stores,
    clock,
    random,
    log,
    timings,
    shards,
    resolveDriver,
    rank: rankBy(strategyOf(placement.strategy, random)),
    apart: placement.apart,
    ...paceOf(config),
    ...dispatchOf(config, bus, log),
    ...addressesKept(vips, log),
  };
  const { controller, inspection } = inspectedController(options, config.inspector, version);
  for (const { evidence, totalMs, sum } of expectedFailover(timings)) {
    log.info({ evidence, totalMs, sum }, 'expected until a takeover is commanded');
  }
  await controller.start();
  const sweeping = everyHour(async () => {
    const freed = await vips.sweep(addressesIn(controller.projection));
    if (freed > 0) log.info({ freed }, 'addresses of broken-off creations were freed');
  }, log);
  const app = createApi({
    services: {
      loadBalancers: controller.loadBalancers,
      fleet: controller.fleet,
      feed: controller.transitions,
      vips,
    },
    config: {
      ...api,
      // Asked at each request, because agents come and go.
      get addressPolicy() {
        return guardManagement(api.addressPolicy, config, controller.fleet.agents());
      },
    },
    clock,
    random,
    log,
    resolveProvider: resolveDriver,
    listProviders: () => driverModules.map(({ descriptor }) => descriptor),
  });
  const { inspector } = config;
  const inspected = await withInspector(app, { inspector, api, bus, clock, log });
  const where = { ...api, clock };
  const server = await serveApi(inspected.app, where, inspected.upgrade).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `the API can't listen at ${api.host}, port ${api.port}: ${why}; set controller.api`,
    );
  });
  const url = `http://${api.host.includes(':') ? `[${api.host}]` : api.host}:${server.port}`;
  log.info({ url }, 'the API listens');
  return {
    url,
    stop: async () => {
      sweeping.stop();
      inspected.close();
      await server.close();
      await controller.leave();
      inspection.stop();
      vips.close();
      await bus.close();
    },
  };
}

/** Addresses are on record as long as a load balancer has them. */
function addressesKept(
  vips: ReturnType<typeof createVips>,
  log: Log,
): Required<Pick<ControllerOptions, 'found' | 'purged'>> {
  return {
    found: (loadBalancer, document) => {
      for (const address of addressesOf(document)) vips.keep(address, loadBalancer);
    },
    purged: (loadBalancer, document) => {
      for (const address of addressesOf(document)) {
        vips.release(address, loadBalancer).catch((error: unknown) => {
          // The next sweep frees it.
          log.warn({ loadBalancer, address, err: error }, 'an address was not freed');
        });
      }
    },
  };
}

function loadBalancersIn(
  documents: Store,
  projection: () => Projection,
): Parameters<typeof createVips>[0]['loadBalancers'] {
  return {
    knows: (id) => projection().desired.raw(id) !== null,
    isOnRecord: async (id) => (await documents.get(id)) !== null,
  };
}

/** Of all load balancers: one that can't be read is there all the same. */
function addressesIn({ desired }: Projection): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...desired.keys()].map((id) => {
      const document = desired.get(id)?.document;
      return [id, document === undefined ? [] : addressesOf(document)];
    }),
  );
}

function addressesOf(document: LoadBalancerDocument): readonly string[] {
  const further = document.additional_vips.map((vip) => vip.ip_address);
  return [document.vip_address, ...further].filter((address) => address !== null);
}

/** Nothing where no driver's load balancers come to agents by queues. */
function dispatchOf(
  { controller, timings, nats }: LoadedConfig,
  bus: NatsBus,
  log: Log,
): Pick<ControllerOptions, 'dispatch'> {
  const drivers = queuedDrivers(controller.dispatch, resolveDriver);
  if (drivers.size === 0) return {};
  const options = { takenMs: timings.ticketMs, replicas: nats.replicas, clock, log };
  return { dispatch: { drivers, queues: new NatsWorkQueues(bus, options) } };
}

const paceOf = ({ controller: { pacing, rebalance } }: LoadedConfig) => ({ ...pacing, rebalance });

/** How often addresses are looked for that nobody uses. */
const sweepEveryMs = 3_600_000;

/** Works now, and again an hour after each end; a failure waits for the next time. */
function everyHour(work: () => Promise<void>, log: Log): { stop(): void } {
  let timer: Timer | null = null;
  let stopped = false;
  const run = (): void => {
    work()
      .catch((error: unknown) => log.warn({ err: error }, 'unused addresses were not looked for'))
      .finally(() => {
        if (!stopped) timer = clock.setTimer(sweepEveryMs, run);
      });
  };
  run();
  return {
    stop: () => {
      stopped = true;
      if (timer !== null) clock.clearTimer(timer);
    },
  };
}
