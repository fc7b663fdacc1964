import type { Applied, Driver, Target } from '../../drivers/contract/driver.ts';
import { healthyReport } from '../../drivers/memory/operating.ts';
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
        operating: healthyReport(document),
      });
    },
  };
}

/** Does not hear what devices lose, and that others change them. */
export function hearsNoNotices(driver: Driver): Driver {
  return {
    ...driver,
    watch: (id, notify) =>
      driver.watch(id, (notice) => {
        if (notice.type === 'status') notify(notice);
      }),
  };
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
  const last = new Map<string, Target>();
  const again = (id: string): void => {
    const target = last.get(id);
    if (target === undefined) return;
    driver.apply(target).catch(() => 'somebody else may hold it by now');
    clock.setTimer(10_000, () => again(id));
  };
  return {
    ...driver,
    apply(target) {
      if (!last.has(target.id)) clock.setTimer(10_000, () => again(target.id));
      last.set(target.id, target);
      return driver.apply(target);
    },
  };
}

/** Reports another state of the same traffic every second, for ever. */
export function neverSettles(driver: Driver, _agent: string, clock: Clock): Driver {
  return {
    ...driver,
    watch(id, notify) {
      let up = true;
      let stopped = false;
      const flap = (): void => {
        if (stopped) return;
        up = !up;
        const loadBalancer = up ? 'ONLINE' : 'DEGRADED';
        const operating = { loadBalancer, listeners: {}, pools: {}, members: {} } as const;
        notify({ type: 'status', operating });
        clock.setTimer(1_000, flap);
      };
      clock.setTimer(1_000, flap);
      const stop = driver.watch(id, notify);
      return () => {
        stopped = true;
        stop();
      };
    },
  };
}
