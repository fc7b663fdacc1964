import { driverModule } from '../../drivers/registry.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { Judged, JudgedAgent } from '../evidence/judged.ts';
import { Losses } from '../world/losses.ts';
import { Traffic } from '../world/traffic.ts';
import type { Fleet } from './fleet.ts';
import { HostDevice } from './host-device.ts';
import type { MarkedPlace } from './marker-watch.ts';
import type { RecordWatch } from './record-watch.ts';
import { agentsOf, driverOf, type Kind, kinds } from './size.ts';
import type { Timeline } from './timeline.ts';

/** Where load balancers of a kind are served on a host. */
export const placeName = (host: string, kind: Kind): string => `${host}/${driverOf[kind]}`;

/** A run of real processes, as the checkers ask about it. */
export class RealWorld implements Judged {
  readonly capacity = null;
  readonly options: { readonly timings: Timings };
  readonly losses = new Losses();
  readonly traffic = new Traffic();
  readonly places: ReadonlyMap<string, MarkedPlace>;
  readonly stores: Judged['stores'];
  /** Lives are told apart by incarnations here, which the records have. */
  readonly agentHosts: Judged['agentHosts'] = new Map();
  readonly controllerHosts: Judged['controllerHosts'] = new Map();
  /** As a controller shows them; who is not alive is not here. */
  living: ReadonlyMap<string, number> = new Map();
  readonly #fleet: Fleet;

  constructor(fleet: Fleet, timings: Timings, records: RecordWatch, timeline: Timeline) {
    this.#fleet = fleet;
    this.options = { timings };
    this.stores = records.records;
    this.places = placesOf(fleet);
    timeline.observe(this.losses.observer);
    timeline.observe(this.traffic.observer);
  }

  place(name: string): MarkedPlace {
    const place = this.places.get(name);
    if (place === undefined) throw new Error(`there is no place ${name} in this run`);
    return place;
  }

  descriptor(driver: string) {
    return driverModule(driver)?.descriptor ?? null;
  }

  agentIds(): readonly string[] {
    return agentsOf(this.#fleet.size).map(({ id }) => id);
  }

  agent(id: string): JudgedAgent | null {
    const incarnation = this.living.get(id);
    if (incarnation === undefined) return null;
    return { incarnation, state: 'serving', devices: () => new Set<string>() };
  }

  agentHost(id: string): { readonly drivers: readonly string[] } {
    const agent = agentsOf(this.#fleet.size).find((each) => each.id === id);
    return { drivers: (agent?.drives ?? []).map((kind) => driverOf[kind]) };
  }

  hostOf(agent: string): string {
    return this.#fleet.hostOf(agent);
  }

  agentsOf(host: string): readonly string[] {
    return this.#fleet.agentsOf(host);
  }
}

function placesOf(fleet: Fleet): ReadonlyMap<string, MarkedPlace> {
  const places = fleet.hosts.flatMap((host) =>
    kinds.map((kind): MarkedPlace => {
      const driver = driverOf[kind];
      const descriptor = driverModule(driver)?.descriptor;
      if (descriptor === undefined) throw new Error(`there is no driver ${driver}`);
      const name = placeName(host, kind);
      const kernel = descriptor.fence === 'lease' ? {} : null;
      const device = new HostDevice(fleet.stateDir(host), driver);
      return { name, descriptor, host, device, kernel, markers: null };
    }),
  );
  return new Map(places.map((place) => [place.name, place]));
}
