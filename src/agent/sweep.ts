import type { Driver, Surveyed } from '../../drivers/contract/driver.ts';
import { DriverError } from '../../drivers/contract/errors.ts';
import type { Cancellation } from '../../machines/ports/cancellation.ts';
import { type Clock, pause } from '../../machines/ports/clock.ts';
import { straysMax } from '../../machines/protocol/agent-messages.ts';
import { endLeftBehind, type LeftBehindOptions } from './left-behind.ts';
import { type MendOptions, mendMarkers } from './mend.ts';
import type { Nudge } from './nudge.ts';

/** How long after damage was heard of it is not heard of again: the control plane is asked each time. */
const mendGapMs = 1_000;

export interface SweepOptions extends MendOptions, LeftBehindOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** Given when a marker was found damaged, and must not wait for the next sweep. */
  readonly damaged: Nudge;
  /** Asks the records whose that is which this agent drives. */
  readonly reclaim: () => void;
}

/**
 * Looks, now and then, for what a device serves and this agent does not drive, and removes what was
 * deleted for good. A tombstone keeps such things away, unless the device has lost it: one that came up
 * with a configuration of yesterday serves what was deleted today, and nobody drives that. On its own host it
 * also ends what has moved to another one.
 */
export async function sweep(options: SweepOptions, signal: Cancellation): Promise<void> {
  const { clock, everyMs, drivers, reclaim } = options;
  while (!signal.aborted) {
    // First, and at once when it begins: nothing is applied where the marker is damaged.
    await mendMarkers(options);
    await rest(options, clock.monotonicMs() + everyMs, signal);
    // That a load balancer was given to somebody else is told once, and may not have arrived.
    if (!signal.aborted) reclaim();
    for (const [name, driver] of drivers) {
      if (!signal.aborted) await sweepDevice(options, name, driver);
    }
  }
}

/** Until the next sweep; what is found damaged meanwhile serves on, but nobody can look after it. */
async function rest(options: SweepOptions, untilMs: number, signal: Cancellation): Promise<void> {
  const { clock, damaged } = options;
  const leftMs = (): number => Math.max(0, untilMs - clock.monotonicMs());
  while (await damaged.rest(clock, leftMs(), signal)) {
    await mendMarkers(options);
    await pause(clock, Math.min(mendGapMs, leftMs()), signal);
  }
}

async function sweepDevice(options: SweepOptions, name: string, driver: Driver): Promise<void> {
  const { log, drives } = options;
  try {
    const strays = (await driver.survey()).filter(({ id }) => !drives(id));
    for (let from = 0; from < strays.length; from += straysMax) {
      const asked = strays.slice(from, from + straysMax);
      const gone = await knownAsGone(options, asked);
      for (const stray of asked) if (gone.has(stray.id)) await removeStray(options, driver, stray);
      const left = asked.filter(({ id }) => !gone.has(id));
      await endLeftBehind(options, driver, left);
    }
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    log.debug({ driver: name, error: error.message }, 'a device was not swept');
  }
}

async function knownAsGone(
  { log, ask }: SweepOptions,
  asked: readonly Surveyed[],
): Promise<ReadonlySet<string>> {
  try {
    const { purged } = await ask({ loadBalancers: asked.map(({ id }) => id) });
    return new Set(purged);
  } catch (error) {
    // Asked again with the next sweep.
    log.debug({ error: String(error) }, 'nobody told what was deleted');
    return new Set();
  }
}

async function removeStray(
  { log, drives }: SweepOptions,
  driver: Driver,
  { id, marker }: Surveyed,
): Promise<void> {
  // It may have been commanded to this agent while the control plane was asked.
  if (drives(id)) return;
  try {
    await driver.remove({ id, epoch: marker.epoch, generation: marker.generation });
    log.info({ loadBalancer: id, marker }, 'a device served what was deleted, and does no more');
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    // Tried again with the next sweep; others don't wait for that.
    const what = { loadBalancer: id, error: error.message };
    log.warn(what, 'a device serves what was deleted, and it could not be removed');
  }
}
