import type { ListenerStatistics } from '../../machines/health/statistics.ts';
import type { OperatingReport } from '../../machines/model/status.ts';

/**
 * What a driver offers that can tell how the traffic of its load balancers fares: by what runs, and not
 * by what was asked for.
 */
export interface Health {
  /**
   * Tells the operating statuses of a load balancer: the present ones soon, perhaps within the call, and
   * then each change, until the returned function is called. Watching many at once costs a bounded
   * amount of work: with more of them, news come later.
   */
  watch(id: string, notify: (operating: OperatingReport) => void): () => void;
  /**
   * What its listeners have counted since what runs was started; a listener that is not bound is not
   * there. Null where the device has no content of it. Bounded in time; throws only DriverErrors.
   */
  statistics(id: string): Promise<ListenerStatistics | null>;
}
