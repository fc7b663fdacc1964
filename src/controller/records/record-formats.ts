import { LivenessContext } from '../../../machines/liveness/context.ts';
import { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { RecordFormat } from '../../host/record.ts';

/** How a controller reads and writes the records of its actors. */
export interface RecordFormats {
  readonly loadBalancer: RecordFormat<LoadBalancerContext>;
  readonly liveness: RecordFormat<LivenessContext>;
}

/**
 * The formats of this release. A release that raises `version` adds a migration and its way back, and
 * leaves `writes` to the release after it: until then a controller of the release before may run
 * beside this one, and would have to refuse what it can't read.
 */
export const recordFormats: RecordFormats = {
  loadBalancer: {
    machine: 'load-balancer',
    version: 1,
    writes: 1,
    context: LoadBalancerContext,
    migrations: {},
    waysBack: {},
  },
  liveness: {
    machine: 'liveness',
    version: 1,
    writes: 1,
    context: LivenessContext,
    migrations: {},
    waysBack: {},
  },
};
