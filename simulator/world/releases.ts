import { z } from 'zod';
import { LivenessContext } from '../../machines/liveness/context.ts';
import { LoadBalancerContext } from '../../machines/load-balancer/context.ts';
import { type RecordFormats, recordFormats } from '../../src/controller/records/record-formats.ts';
import type { Migrations, RecordFormat } from '../../src/host/record.ts';

/**
 * Releases of a virtual deployment: the present one, the next one, which reads records with a field
 * more and still writes the present ones, and the one after it, which writes them, too.
 */
export const releases = ['present', 'next', 'after-next'] as const;
export type Release = (typeof releases)[number];

const field = 'sinceNextRelease';
const more = { [field]: z.string().default('') };

const formats: Readonly<Record<Release, RecordFormats>> = {
  present: recordFormats,
  next: {
    loadBalancer: grown(recordFormats.loadBalancer, LoadBalancerContext.extend(more)),
    liveness: grown(recordFormats.liveness, LivenessContext.extend(more)),
  },
  'after-next': {
    loadBalancer: written(grown(recordFormats.loadBalancer, LoadBalancerContext.extend(more))),
    liveness: written(grown(recordFormats.liveness, LivenessContext.extend(more))),
  },
};

export const formatsOf = (release: Release): RecordFormats => formats[release];

/** A release that writes what it reads, whoever else may run: what no release may be. */
export function impatient({ loadBalancer, liveness }: RecordFormats): RecordFormats {
  return { loadBalancer: written(loadBalancer), liveness: written(liveness) };
}

/** Reads one version more than `format`. */
function grown<T>(format: RecordFormat<T>, context: z.ZodType<T>): RecordFormat<T> {
  const { version } = format;
  const add: Migrations = {
    [version]: (old) => ({ ...old, context: { ...old.context, [field]: 'migrated' } }),
  };
  const drop: Migrations = {
    [version + 1]: ({ context: { [field]: _, ...older }, ...rest }) => ({
      ...rest,
      context: older,
    }),
  };
  return {
    ...format,
    version: version + 1,
    context,
    migrations: { ...format.migrations, ...add },
    waysBack: { ...format.waysBack, ...drop },
  };
}

function written<T>(format: RecordFormat<T>): RecordFormat<T> {
  return { ...format, writes: format.version };
}
