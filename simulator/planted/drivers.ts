import type { Applied, Driver } from '../../drivers/contract/driver.ts';
import type { Target } from '../../drivers/contract/target.ts';
import { memoryReport } from '../../drivers/memory/observation.ts';
import type { Clock } from '../../machines/ports/clock.ts';

/** Says that it applied an edit, and does not. */
export function liesAboutEdits(driver: Driver): Driver {
  return {
    ...driver,
    apply: (target): Promise<Applied> => {
      if (target.generation === 1) return driver.apply(target);
      const { epoch, generation, document } = target;
      return Promise.resolve({
        marker: { epoch, generation, removed: false },
        contentApplied: true,
        operating: memoryReport(document, { running: true, failing: new Set() }),
      });
    },
  };
}

/** Does not hear what devices lose, and that others change them. */
export function hearsNoNotices(driver: Driver): Driver {
  return { ...driver, watch: () => () => undefined };
}

/** Sends each apply once more, much later, as a call does that was stuck in a proxy. */
export function repeatsCallsLater(driver: Driver, _agent: string, clock: Clock): Driver {
  return {
    ...driver,
    apply: (target: Target) => {
      clock.setTimer(3_000, () => {
        driver.apply(target).catch(() => 'a device may refuse what is late');
      });
      return driver.apply(target);
    },
  };
}

/** Applies what it was last given again every ten seconds, without being asked. */
export function appliesAgain(driver: Driver, _agent: string, clock: Clock): Driver {
  return appliesEvery(10_000, driver, clock);
}

/** Does so every second, and so never comes to rest. */
export function neverSettles(driver: Driver, _agent: string, clock: Clock): Driver {
  return appliesEvery(1_000, driver, clock);
}

function appliesEvery(everyMs: number, driver: Driver, clock: Clock): Driver {
  const last = new Map<string, Target>();
  const again = (id: string): void => {
    const target = last.get(id);
    if (target === undefined) return;
    driver.apply(target).catch(() => 'somebody else may hold it by now');
    clock.setTimer(everyMs, () => again(id));
  };
  return {
    ...driver,
    apply(target) {
      if (!last.has(target.id)) clock.setTimer(everyMs, () => again(target.id));
      last.set(target.id, target);
      return driver.apply(target);
    },
  };
}
