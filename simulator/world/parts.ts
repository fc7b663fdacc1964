import type { Driver } from '../../drivers/contract/driver.ts';
import { MemoryDevice, type MemoryDeviceOptions } from '../../drivers/memory/device.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type { AgentOptions } from '../../src/agent/agent.ts';
import type { ControllerOptions } from '../../src/controller/controller-options.ts';
import type { Bus } from '../../src/ports/bus.ts';
import type { Stores } from '../../src/ports/store.ts';
import { Vouching, type VouchingOptions } from '../../src/witness/vouching.ts';
import { Witness, type WitnessOptions } from '../../src/witness/witness.ts';
import { Kernel, type KernelOptions } from './kernel.ts';
import { LeasedDriver, type LeasedDriverOptions } from './leased-driver.ts';
import type { WireApi } from './wire.ts';

/** What a world is put together from; a test that plants a bug replaces one of them. */
export interface WorldParts {
  device(options: MemoryDeviceOptions): MemoryDevice;
  kernel(options: KernelOptions): Kernel;
  /** What brings an agent's leased addresses to its host's kernel. */
  leased(options: LeasedDriverOptions): LeasedDriver;
  /** A witness of other agents, and what asks an agent's own. */
  witness(options: WitnessOptions): Witness;
  vouching(options: VouchingOptions): Vouching;
  stores(stores: Stores, clock: Clock): Stores;
  bus(bus: Bus, process: string, clock: Clock): Bus;
  driver(driver: Driver, agent: string, clock: Clock): Driver;
  /** The composition of a controller's process, and of an agent's: the last to be asked. */
  controller(options: ControllerOptions): ControllerOptions;
  agent(options: AgentOptions): AgentOptions;
  /** What stands between a controller's API and its clients. */
  api(api: WireApi, controller: string, clock: Clock): WireApi;
}

export const soundParts: WorldParts = {
  device: (options) => new MemoryDevice(options),
  kernel: (options) => new Kernel(options),
  leased: (options) => new LeasedDriver(options),
  witness: (options) => new Witness(options),
  vouching: (options) => new Vouching(options),
  stores: (stores) => stores,
  bus: (bus) => bus,
  driver: (driver) => driver,
  controller: (options) => options,
  agent: (options) => options,
  api: (api) => api,
};
