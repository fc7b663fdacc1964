import { bucketNames } from '../../src/ports/store.ts';
import type { BucketName } from '../world/events.ts';
import type { StoreLine } from '../world/store/store-line.ts';
import type { VirtualStore } from '../world/store/virtual-store.ts';
import type { World } from '../world/world.ts';
import type { Fault, FaultProblem } from './fault.ts';
import { choice } from './problems.ts';

export const buckets: readonly BucketName[] = bucketNames;

/** One of the buckets, or all of them. */
export const bucketsOrAll: readonly string[] = [...buckets, 'all'];

/** The stores of the bucket that a fault names, or of all. */
export function storesNamed(world: World, name: string): readonly VirtualStore[] {
  return bucketNames.flatMap((bucket) =>
    name === 'all' || name === bucket ? [world.stores[bucket]] : [],
  );
}

/** How a process sees the bucket that a fault names, or all of them. */
export function linesNamed(world: World, process: string, name: string): readonly StoreLine[] {
  return storesNamed(world, name).map((store) => store.line(process));
}

/** A variant such as `binding 2000`: a bucket, or all, and a number. */
export function bucketAndNumber(variant: string): {
  readonly bucket: string;
  readonly count: number;
} {
  const [bucket = '', count = ''] = variant.split(' ');
  return { bucket, count: Number(count) };
}

/** `wanted` ends the sentence "…, followed by …". */
export function variantIsBucketAndNumber(wanted: string): (fault: Fault) => FaultProblem | null {
  return ({ variant }) => {
    const { bucket, count } = bucketAndNumber(variant);
    if (bucketsOrAll.includes(bucket) && Number.isInteger(count) && count >= 1) return null;
    const message = `'${variant}' must be ${choice(bucketsOrAll)}, followed by ${wanted}`;
    return { key: 'variant', message };
  };
}
