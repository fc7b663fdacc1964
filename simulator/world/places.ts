import { type Driver, type DriverDescriptor, isLeased } from '../../drivers/contract/driver.ts';
import type { Target } from '../../drivers/contract/target.ts';
import type { MemoryDevice } from '../../drivers/memory/device.ts';
import { memoryDescriptor, memoryDriver } from '../../drivers/memory/driver.ts';
import type { Kernel } from './kernel.ts';
import type { LeasedDriverOptions } from './leased-driver.ts';
import type { MarkerDisk } from './marker-disk.ts';
import { soundParts, type WorldParts } from './parts.ts';
import { hostedDriver, virtualResidence } from './virtual-residence.ts';

/** How often agents compare what is on their devices with what they wrote. */
const auditMs = 3_000;

/** A process for each load balancer on the host of its agent, as HAProxy: it can't leave the host. */
export const hostDescriptor: DriverDescriptor = {
  ...memoryDescriptor,
  name: 'host',
  description: 'Runs load balancers on the host of their agent, which they can not leave.',
  reschedulable: false,
  fence: 'host',
  devices: 'hosts',
};

/** An appliance without a conditional write: who writes has read the marker a moment ago. */
export const markerDescriptor: DriverDescriptor = {
  ...memoryDescriptor,
  name: 'marker',
  description:
    'Configures an appliance that keeps a marker, but can not compare and write at once.',
  fence: 'marker',
};

/** An address on the host's interface that its kernel keeps while the agent's lease lasts, as HAProxy's VIPs. */
export const leasedDescriptor: DriverDescriptor = {
  ...memoryDescriptor,
  name: 'vip',
  description: 'Runs load balancers on the host of their agent, at addresses that move by lease.',
  reschedulable: true,
  fence: 'lease',
  devices: 'hosts',
};

/** An appliance that takes whatever it is sent, whoever sends it. */
export const unfencedDescriptor: DriverDescriptor = {
  ...memoryDescriptor,
  name: 'unfenced',
  description:
    'Configures an appliance that refuses nobody: its agents keep each other apart by time.',
  fence: 'none',
};

export const virtualDescriptors = [
  memoryDescriptor,
  hostDescriptor,
  markerDescriptor,
  leasedDescriptor,
  unfencedDescriptor,
];

export const virtualDescriptor = (name: string): DriverDescriptor | null =>
  virtualDescriptors.find((each) => each.name === name) ?? null;

/** Is it driven under its agent's lease? */
export function isDrivenUnderLease(driver: string): boolean {
  const descriptor = virtualDescriptor(driver);
  return descriptor !== null && isLeased(descriptor);
}

/** What stands somewhere in a world. */
export interface Site {
  readonly name: string;
  readonly descriptor: DriverDescriptor;
  /** The host that it is part of; null where every agent reaches it. */
  readonly host: string | null;
}

/** Where load balancers are served: an appliance that all agents reach, or a host of agents. */
export interface Place extends Site {
  readonly device: MemoryDevice;
  /** The addresses on its host's interface; null where it is reached without one. */
  readonly kernel: Kernel | null;
  /** The files of its markers; null where it keeps them as no host does. */
  readonly markers: MarkerDisk | null;
}

/** Does it refuse what is stale? Where it does not, its agents alone keep each other apart. */
export const isFenced = ({ descriptor }: Pick<Site, 'descriptor'>): boolean =>
  descriptor.fence !== 'none';

/** The appliances' names, as faults and events call them. */
export const applianceName = 'appliance';
export const markedApplianceName = 'marked-appliance';
export const unfencedApplianceName = 'unfenced-appliance';
/** Where a host serves what answers at addresses that move. */
export const vipsOf = (host: string): string => `${host}-vips`;

/** Whose driver it is, and how its agent runs the host's own tools, where it does. */
export interface PlaceDriverOptions extends Pick<LeasedDriverOptions, 'agent' | 'clock'> {
  readonly exec?: LeasedDriverOptions['exec'];
  readonly leased?: WorldParts['leased'];
  /** Told when the agent begins to write to an appliance that refuses nobody. */
  readonly writing?: (target: Target) => void;
}

/** The driver of an agent for a place. */
export function placeDriver(
  place: Place,
  {
    agent,
    clock,
    exec = () => Promise.resolve(),
    leased = soundParts.leased,
    writing = () => undefined,
  }: PlaceDriverOptions,
): Driver {
  const { descriptor, device, kernel, markers, host } = place;
  const audit = { clock, auditMs };
  if (host === null) {
    const driver = { ...memoryDriver(device, agent, audit), descriptor };
    return descriptor.fence === 'none' ? tellingWrites(driver, writing) : driver;
  }
  const driver = hostedDriver(device, markers, agent, descriptor, audit);
  if (kernel !== null && markers !== null) {
    return leased({ driver, device, markers, kernel, agent, clock, exec }).asDriver();
  }
  const release = ({ id }: { readonly id: string }): Promise<void> =>
    Promise.reject(new Error(`${id} can't have left its host`));
  return { ...driver, residence: virtualResidence(device, markers, driver, release) };
}

function tellingWrites(driver: Driver, writing: (target: Target) => void): Driver {
  return {
    ...driver,
    apply(target) {
      writing(target);
      return driver.apply(target);
    },
  };
}
