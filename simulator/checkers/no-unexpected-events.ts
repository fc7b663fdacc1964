import { liveRecord } from '../evidence/on-record.ts';
import type { WorldEvent } from '../world/events.ts';
import type { World } from '../world/world.ts';
import type { CheckerContext, CheckerKind } from './checker.ts';

/** Warnings that belong to the faults that cause them. Everything else at their level is a bug. */
const ofFaults = new Set([
  'this process was held up; the silence meanwhile does not count',
  'a device is out of reach',
  'a device is left alone for now',
  'a device does not hold what was written to it',
  'a controller is silent, and does not answer',
  'a controller is silent, and nobody listens in its name',
  'no twin has answered',
  'this agent has no restart lease: if it ends, what it holds is served on, and given to others as soon as it is missed',
  'no judge answers: the witnesses are asked to carry the lease on',
  'a witness of this agent does not answer',
  'a witness of this agent has forgotten it',
  'this agent can not be taken for lapsed until more of its witnesses have denied it',
  // The store was out of reach at that moment; the sweep frees them.
  'an address was not freed',
  'a VIP is left for the sweep to free',
]);

/** So long it takes at most to doubt a server that was silent. */
const doubtMs = 10_000;

/** What warnings of storms begin with: they say which hosts went, or why nothing is held back any more. */
const ofStorms = /^(the storm brake|an operator lets the verdicts pass)/;

/** What is told where something befell this process, and only there. */
const ofItsOwn: ReadonlyMap<string, (context: CheckerContext, event: Logged) => boolean> = new Map([
  [
    'The NATS server does not answer, so another one is asked.',
    ({ world }, { process }) => world.host(process).uplink.silentAgoMs < doubtMs,
  ],
  [
    'A line of the journal was torn or corrupt and is dropped.',
    ({ world: { damages } }, { process }) =>
      damages.ofJournal(process).some(({ how }) => how === 'torn' || how === 'garbage'),
  ],
  [
    'nobody knows for sure which epochs were given, so damaged markers wait',
    ({ world }, { process, fields }) =>
      listIn(fields, 'damaged').every((id) => isDamaged(world, process, id)),
  ],
  [
    // It is tried again until the marker is made anew.
    'what moved to another host could not be ended here',
    ({ world }, { process, fields }) => isDamaged(world, process, textIn(fields, 'loadBalancer')),
  ],
  [
    'damaged markers of which no record tells',
    ({ world }, { process, fields }) =>
      listIn(fields, 'unknown').every(
        (id) => isDamaged(world, process, id) && hasNoRecord(world, id),
      ),
  ],
  [
    // It came back with a configuration that it had saved.
    'a device serves what was deleted, and it could not be removed',
    (context, { process, fields }) =>
      wasDisturbedWhereItIs(context, process, textIn(fields, 'loadBalancer')),
  ],
]);

type Logged = Extract<WorldEvent, { readonly type: 'logged' }>;

/** Nothing crashes, nothing malformed is sent, and no machine gets an event that it does not know. */
export const noUnexpectedEvents: CheckerKind = {
  name: 'no-unexpected-events',
  start: (context) => ({
    onEvent(event) {
      if (event.type !== 'logged') return;
      if (event.level !== 'warn' && event.level !== 'error') return;
      if (ofFaults.has(event.message) || ofStorms.test(event.message)) return;
      if (ofItsOwn.get(event.message)?.(context, event) === true) return;
      context.violate(
        `${event.process} logged ${event.level}: ${event.message} ${wordsOf(event.fields)}`,
      );
    },
  }),
};

/** Was the marker of this load balancer damaged on the agent's host, so that it can't be read? */
function isDamaged(world: World, agent: string, id: string): boolean {
  const { damages, places } = world;
  const host = world.hostOf(agent);
  return [...places.values()].some(
    (place) =>
      place.host === host && damages.ofMarker(place.name, id).some(({ how }) => how !== 'older'),
  );
}

/** Does no live record tell by whom it is held, or has the store lost that one as a whole? */
function hasNoRecord(world: World, id: string): boolean {
  if (liveRecord(world, id) === null) return true;
  return world.losses.of('binding', id).some(({ now }) => now === null);
}

/**
 * Did anything befall a device that serves this load balancer, or has let go of it without saying so, or the way of its
 * agent to it, since the agent's last look?
 */
function wasDisturbedWhereItIs(
  { world, ledger, disturbances }: CheckerContext,
  agent: string,
  id: string,
): boolean {
  const sinceMs = world.time.nowMs - world.options.timings.sweepMs;
  const loadBalancer = ledger.get(id)?.name ?? '';
  return [...world.places.values()].some(({ name, device }) => {
    if (device.peek(id) === null) return false;
    const touched = { agents: [agent], device: name, loadBalancer };
    return disturbances.touching(touched, sinceMs).length > 0;
  });
}

const textIn = (fields: object, key: string): string =>
  (fields as Readonly<Record<string, string>>)[key] ?? '';

const listIn = (fields: object, key: string): readonly string[] =>
  (fields as Readonly<Record<string, readonly string[]>>)[key] ?? [];

/** Errors have no enumerable properties, so JSON alone would leave them out. */
function wordsOf(fields: object): string {
  return JSON.stringify(fields, (_, value: unknown) =>
    value instanceof Error ? (value.stack ?? value.message) : value,
  );
}
