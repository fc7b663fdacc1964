import { delay } from '../../machines/ports/clock.ts';
import {
  ContentionError,
  FencedError,
  RetryableError,
  UnknownOutcomeError,
} from '../contract/errors.ts';
import { wasReset, type Write } from './admin-client.ts';
import { type Device, serversPath } from './device.ts';
import { type Ours, outcomeOf } from './refusals.ts';

/** How often a change is tried that others outrun: whoever changes a device that much has to be told of. */
export const outrunMax = 5;
/** How often a change is tried at all: it may also be cut off by others', or not be seen to have happened. */
export const attemptsMax = 8;
const pauseMs = 20;

/** What is to be done by what the device holds: nothing any more, or one write. */
export type Step<T> = { readonly done: T } | { readonly write: Write };

/**
 * Reads, decides, writes under the condition that what was read still stands, and reads again, until the
 * device itself says that nothing is left to do. So a write whose answer got lost is not repeated but
 * looked for, and one that met a newer state is decided anew.
 */
export function settle<T>(
  device: Device,
  ours: Ours,
  decide: () => Promise<Step<T> | null>,
): Promise<T> {
  return device.turns.take(async () => {
    const { clock, callTimeoutMs } = device;
    const startedMs = clock.monotonicMs();
    let unknown: UnknownOutcomeError | null = null;
    let outruns = 0;
    for (let attempt = 0; ; attempt += 1) {
      const step = await orUnknown(unknown, decide).catch((error: unknown) => {
        // It is somebody else's now, and so is what becomes of it.
        if (error instanceof FencedError) device.unsettled.delete(ours.id);
        throw error;
      });
      if (step !== null && 'done' in step) {
        device.unsettled.delete(ours.id);
        return step.done;
      }
      if (attempt >= attemptsMax || clock.monotonicMs() - startedMs >= callTimeoutMs) {
        throw unknown ?? unsettled(attempt);
      }
      if (outruns >= outrunMax) throw unknown ?? contention(outruns);
      device.unsettled.add(ours.id);
      try {
        const outcomeOfIt = async () =>
          outcome(device, step?.write ?? (await firstServers(device)), ours);
        if ((await orUnknown(unknown, outcomeOfIt)) === 'done') continue;
        outruns += 1;
      } catch (error) {
        if (error instanceof UnknownOutcomeError) {
          device.log.info({ lb: ours.id, error: error.message }, 'read back what came of a change');
          unknown = error;
        } else if (!wasReset(error)) throw error;
      }
      await pause(device, attempt);
    }
  });
}

/** Throws what the device refuses. */
export async function outcome(
  { client, clock }: Device,
  write: Write,
  ours: Ours,
): Promise<'done' | 'outdated'> {
  const outcome = outcomeOf(await client.write(write), ours, clock.wallMs());
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

function contention(attempts: number): ContentionError {
  return new ContentionError(
    `contention: at each of ${attempts} attempts somebody else had changed the device since it was read`,
  );
}

function unsettled(attempts: number): RetryableError {
  return new RetryableError(
    `after each of ${attempts} attempts the device was not as it was told to be`,
  );
}

/**
 * A Caddy without any web server takes none by itself. A PUT leaves alone what somebody else made, but also a `null`,
 * which reads as if nothing were there: a POST, on the condition that it still reads so, takes the place of both.
 */
async function firstServers({ client }: Device): Promise<Write> {
  const read = await client.read(serversPath);
  const isNull = read?.value === null;
  return {
    ...{ path: serversPath, body: {} },
    ...(isNull ? { method: 'POST', ifMatch: read.etag } : { method: 'PUT', ifMatch: null }),
  };
}

/** While what came of a write can't be read, it stays unknown, whatever becomes of later calls. */
async function orUnknown<T>(
  unknown: UnknownOutcomeError | null,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (unknown === null || !(error instanceof RetryableError)) throw error;
    const { reach, retryAfterMs } = error;
    const options = { reach, retryAfterMs, cause: error };
    throw new UnknownOutcomeError(`${unknown.message}; and then: ${error.message}`, options);
  }
}

/** Those that outrun each other come back at different times. */
function pause({ clock, random }: Device, attempt: number): Promise<void> {
  return delay(clock, Math.ceil(random.next() * pauseMs * (attempt + 1)));
}
