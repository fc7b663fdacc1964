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
