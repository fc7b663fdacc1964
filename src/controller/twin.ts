import type { Log } from '../../machines/ports/log.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { type Bus, NoResponders } from '../ports/bus.ts';

/** Thrown at the start: another process has this controller's id, and lives. */
export class ControllerTaken extends Error {
  override readonly name = 'ControllerTaken';
}

/** Rejects with {@link ControllerTaken} if a controller of this id answers already. */
export async function refuseTwin({
  id,
  bus,
  timings,
  log,
}: {
  readonly id: string;
  readonly bus: Bus;
  readonly timings: Timings;
  readonly log: Log;
}): Promise<void> {
  try {
    await bus.request(subjects.controller(id, 'probe'), '{}', timings.probeTimeoutMs);
  } catch (error) {
    // Nobody, or somebody who hangs: its shards change hands by compare-and-swap either way.
    if (error instanceof NoResponders) return;
    log.warn({ controller: id, error: String(error) }, 'no twin has answered');
    return;
  }
  throw new ControllerTaken(
    `a controller ${id} runs already; stop it, or give this one another id`,
  );
}
