import type { Driver } from '../../drivers/contract/driver.ts';
import { RetryableError } from '../../drivers/contract/errors.ts';
import { DamagedMarker } from '../../drivers/contract/host-marker.ts';
import type { Residence } from '../../drivers/contract/residence.ts';
import type { AgentOptions } from '../../src/agent/agent.ts';

/** Takes up of its host only what its journal tells of. */
export function trustsItsJournalOnly(options: AgentOptions): AgentOptions {
  return residing(options, (residence) => ({
    ...residence,
    inventory: async () => {
      const noted = await options.journal.load();
      return (await residence.inventory()).filter(({ id }) => noted.has(id));
    },
  }));
}

/** Makes damaged markers anew as if nobody had ever been named. */
export function mendsFromNothing(options: AgentOptions): AgentOptions {
  return residing(options, (residence) => ({
    ...residence,
    mend: (target) => residence.mend({ ...target, epoch: 1 }),
  }));
}

/** Takes what has a damaged marker for something that was deleted. */
export function takesForDeleted(options: AgentOptions): AgentOptions {
  return residing(options, (residence, driver) => ({
    ...residence,
    mend: async ({ id, epoch }) => {
      await residence.mend({ id, epoch, removed: true });
      await driver.remove({ id, epoch, generation: 0 });
    },
  }));
}

/** Leaves damaged markers as they are. */
export function mendsNothing(options: AgentOptions): AgentOptions {
  return residing(options, (residence) => ({ ...residence, mend: () => Promise.resolve() }));
}

/** Says of a damaged marker only that it can't be done now. */
export function hidesDamage(driver: Driver): Driver {
  return {
    ...driver,
    apply: (target) =>
      driver.apply(target).catch((error: unknown) => {
        throw error instanceof DamagedMarker ? new RetryableError(error.message) : error;
      }),
    watch: (id, notify) =>
      driver.watch(id, (notice) =>
        notify(notice.type === 'differs' ? notice : { ...notice, isMarkerDamaged: false }),
      ),
  };
}

function residing(
  options: AgentOptions,
  change: (residence: Residence, driver: Driver) => Residence,
): AgentOptions {
  const changed = (driver: Driver): Driver =>
    driver.residence === undefined
      ? driver
      : { ...driver, residence: change(driver.residence, driver) };
  const drivers = [...options.drivers].map(([name, driver]) => [name, changed(driver)] as const);
  return { ...options, drivers: new Map(drivers) };
}
