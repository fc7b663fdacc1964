import type { Driver } from '../../drivers/contract/driver.ts';
import { benchDocument, type DriverPlace } from './driver-places.ts';
import { sharedMs } from './shared-clock.ts';
import { percentile, rounded } from './statistics.ts';

export interface Latency {
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** How long calls of a driver take, one after the other. */
export interface ApplyLatency {
  /** Of what the device has never heard of. */
  readonly first: Latency;
  readonly edit: Latency;
  /** By another agent, under a newer epoch, with the content that runs. */
  readonly takeover: Latency;
}

/** Of so many load balancers on one device. */
export async function applyLatency(place: DriverPlace, count: number): Promise<ApplyLatency> {
  const one = await place.driver('agent-1');
  const another = await place.driver('agent-2');
  const each = async (driver: Driver, epoch: number, generation: number): Promise<Latency> => {
    const tookMs: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const document = benchDocument(index, generation);
      const startedMs = sharedMs();
      await driver.apply({ id: document.id, epoch, generation, document });
      tookMs.push(sharedMs() - startedMs);
    }
    return latencyOf(tookMs);
  };
  return {
    first: await each(one, 1, 1),
    edit: await each(one, 1, 2),
    takeover: await each(another, 2, 2),
  };
}

export function latencyOf(tookMs: readonly number[]): Latency {
  return {
    medianMs: rounded(percentile(tookMs, 50)),
    p95Ms: rounded(percentile(tookMs, 95)),
  };
}
