import type { Driver, Surveyed } from '../../drivers/contract/driver.ts';
import { DriverError } from '../../drivers/contract/errors.ts';
import type { Residence } from '../../drivers/contract/residence.ts';
import type { Moved } from '../../machines/protocol/agent-messages.ts';
import type { MendOptions } from './mend.ts';

export interface LeftBehindOptions extends Pick<MendOptions, 'ask' | 'log'> {
  readonly description: { readonly host: string };
  /** Does this agent drive it? */
  readonly drives: (loadBalancer: string) => boolean;
}

/**
 * Ends here what lives on another host by now, among these that a device of this host serves and this agent does
 * not drive. Who held it is told to end it, but may be dead for good, and nobody else would.
 */
export async function endLeftBehind(
  options: LeftBehindOptions,
  { descriptor, residence }: Driver,
  strays: readonly Surveyed[],
): Promise<void> {
  const { description, drives } = options;
  const mayMove = descriptor.devices === 'hosts' && descriptor.reschedulable;
  if (residence === undefined || !mayMove || strays.length === 0) return;
  const moved = await movedAmong(options, strays);
  for (const stray of strays) {
    const now = moved.get(stray.id);
    // It may have come back while the control plane was asked.
    if (now === undefined || now.host === description.host || drives(stray.id)) continue;
    await endOne(options, residence, stray, now);
  }
}

/** Asked apart from what was deleted: a controller of the release before does not understand it, and is silent. */
async function movedAmong(
  { ask, log }: LeftBehindOptions,
  strays: readonly Surveyed[],
): Promise<ReadonlyMap<string, Moved>> {
  try {
    const { moved = [] } = await ask({ loadBalancers: strays.map(({ id }) => id), moved: true });
    return new Map(moved.map((each) => [each.loadBalancer, each]));
  } catch (error) {
    // Asked again with the next sweep.
    log.debug({ error: String(error) }, 'nobody told what has moved to other hosts');
    return new Map();
  }
}

async function endOne(
  { log }: LeftBehindOptions,
  residence: Residence,
  { id, marker }: Surveyed,
  { epoch, host }: Moved,
): Promise<void> {
  try {
    if (marker.epoch > epoch && (await isHeld(residence, id))) return;
    // One of the same epoch was let go of by somebody who died over it, because only one agent was ever given it. Or
    // the store had lost that it was, and it was given twice: then the record decides, and only a newer one comes back.
    const above = marker.epoch === epoch ? epoch + 1 : Math.max(marker.epoch, epoch);
    await residence.release({ id, epoch: above });
    log.info({ loadBalancer: id, marker, epoch, host }, 'what has moved to another host was ended');
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    const what = { loadBalancer: id, epoch, host, error: error.message };
    log.warn(what, 'what has moved to another host could not be ended here');
  }
}

/** Above the record's epoch, either it has come back here since, or a release was cut off: nobody holds it then. */
async function isHeld(residence: Residence, id: string): Promise<boolean> {
  const found = (await residence.inventory()).find((each) => each.id === id);
  return found === undefined || found.marker === null || found.holder !== null;
}
