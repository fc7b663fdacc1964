import { CircuitBreaker, circuitLimits, type CircuitOptions } from './circuit-breaker.ts';
import type { Driver } from './driver.ts';

/** A driver, and the circuit between it and its device. */
export interface GuardedDriver extends Driver {
  readonly circuit: Pick<CircuitBreaker, 'state' | 'onChange' | 'stop'>;
}

/**
 * The same driver behind a circuit breaker: one for each device and agent. What its driver does by itself, such as
 * reading back what is watched, goes on.
 */
export function guarded(driver: Driver, options: CircuitOptions): GuardedDriver {
  const { descriptor, residence, leasing, health } = driver;
  const { callsAtOnceMax = circuitLimits.callsAtOnceMax } = descriptor;
  const limits = { callsAtOnceMax, ...options.limits };
  const circuit = new CircuitBreaker(() => driver.probe(), { ...options, limits });
  return {
    circuit,
    descriptor,
    ...(residence === undefined ? {} : { residence }),
    ...(leasing === undefined ? {} : { leasing }),
    ...(health === undefined
      ? {}
      : {
          health: {
            watch: (id, notify) => health.watch(id, notify),
            statistics: (id) => circuit.run(() => health.statistics(id)),
          },
        }),
    ...(driver.prepare === undefined ? {} : { prepare: (document) => driver.prepare?.(document) }),
    apply: (target) => circuit.run(() => driver.apply(target)),
    remove: (target) => circuit.run(() => driver.remove(target)),
    observe: (id) => circuit.run(() => driver.observe(id)),
    survey: () => circuit.run(() => driver.survey()),
    watch: (id, notify) => driver.watch(id, notify),
    probe: () => circuit.probe(),
    async close() {
      circuit.stop();
      await driver.close();
    },
  };
}
