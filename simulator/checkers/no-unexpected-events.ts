import type { World } from '../world/world.ts';
import type { CheckerKind } from './checker.ts';
import { desiredOf } from './records.ts';

/** Warnings that belong to the faults that cause them. Everything else at their level is a bug. */
const ofFaults = new Set([
  'this process was held up; the silence meanwhile does not count',
  'a device is out of reach',
  'a device does not hold what was written to it',
  'a controller has been silent for too long',
  'no twin has answered',
  'this agent has no restart lease: if it ends, what it holds is served on, and given to others as soon as it is missed',
  // The store was out of reach at that moment; the sweep frees them.
  'an address was not freed',
  'a VIP is left for the sweep to free',
  // What was damaged on a disk.
  'A line of the journal was torn or corrupt and is dropped.',
  'nobody knows for sure which epochs were given, so damaged markers wait',
]);

const noRecord = 'damaged markers of which no record tells';

/** Nothing crashes, nothing malformed is sent, and no machine gets an event that it does not know. */
export const noUnexpectedEvents: CheckerKind = {
  name: 'no-unexpected-events',
  start: ({ world, violate }) => ({
    onEvent(event) {
      if (event.type !== 'logged') return;
      if (event.level !== 'warn' && event.level !== 'error') return;
      if (ofFaults.has(event.message)) return;
      if (event.message === noRecord && hasNone(world, event.fields)) return;
      violate(`${event.process} logged ${event.level}: ${event.message} ${wordsOf(event.fields)}`);
    },
  }),
};

/** Of these, no live record tells by whom they are held, or the store has lost it. */
function hasNone(world: World, fields: object): boolean {
  const { unknown } = fields as { readonly unknown: readonly string[] };
  const onRecord = new Map(world.stores.desired.snapshot().map(({ key, value }) => [key, value]));
  return unknown.every((id) => {
    const record = onRecord.get(id);
    const isLive = record !== undefined && desiredOf(record).status === 'live';
    return !isLive || world.losses.of('binding', id).length > 0;
  });
}

/** Errors have no enumerable properties, so JSON alone would leave them out. */
function wordsOf(fields: object): string {
  return JSON.stringify(fields, (_, value: unknown) =>
    value instanceof Error ? (value.stack ?? value.message) : value,
  );
}
