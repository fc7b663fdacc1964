import type { Agent } from '../../src/agent/agent.ts';
import { seatsOf, type Seats } from '../evidence/records.ts';
import type { World } from '../world/world.ts';
import { type MarkKind, noting, on } from './mark.ts';

/** What a device was seen to do. */
export const deviceMarks: readonly MarkKind[] = [
  {
    name: 'stale-apply-refused',
    summary: 'A device refused a call under an epoch that is older than one that it has accepted.',
    start() {
      const removed = new Set<string>();
      return [
        on('device', ({ entry: { lb, kind } }) => {
          if (kind === 'removed') removed.add(lb);
          return kind === 'refused' && !removed.has(lb);
        }),
      ];
    },
  },
  {
    name: 'late-create-refused',
    summary: 'A tombstone refused what was commanded before the load balancer was removed (R8).',
    start() {
      const removed = new Set<string>();
      return [
        on('device', ({ entry: { lb, kind } }) => {
          if (kind === 'removed') removed.add(lb);
          return kind === 'refused' && removed.has(lb);
        }),
      ];
    },
  },
  {
    name: 'claimed-without-content',
    summary: 'A device gave a newer epoch to a call with older content, and kept its own (R7).',
    start: () => [on('device', ({ entry }) => entry.kind === 'claimed')],
  },
  {
    name: 'taken-over-from-the-living',
    summary: 'A device accepted a new holder while the process of the former one still lived.',
    start(world) {
      const holders = new Map<string, Held>();
      return [
        on('device', ({ entry: { lb, kind, agent } }) => {
          if (kind === 'refused') return false;
          const before = holders.get(lb);
          holders.set(lb, { agent, process: world.agent(agent) });
          return before !== undefined && before.agent !== agent && isAlive(world, before);
        }),
      ];
    },
  },
  {
    name: 'zombie-refused',
    summary: 'An agent that had held a load balancer was still at work, and its device refused it.',
    start(world) {
      const holders = new Map<string, Held>();
      const former = new Map<string, Held>();
      return [
        on('device', ({ entry: { lb, kind, agent } }) => {
          const before = kind === 'refused' ? former.get(lb) : holders.get(lb);
          if (kind === 'refused') return before?.agent === agent && isAlive(world, before);
          if (before !== undefined && before.agent !== agent) former.set(lb, before);
          holders.set(lb, { agent, process: world.agent(agent) });
          return false;
        }),
      ];
    },
  },
  {
    name: 'granted-before-the-commit',
    summary: 'A standby took over by its grant before its promotion was on record (R3).',
    start() {
      const seats = new Map<string, Seats>();
      return [
        noting('stored', ({ bucket, change }) => {
          if (bucket === 'binding' && change.type === 'put') {
            seats.set(change.key, seatsOf(change.value));
          }
        }),
        on('device', ({ entry: { lb, kind, agent, epoch } }) => {
          const standby = seats.get(lb)?.standby ?? null;
          const granted = standby?.agent === agent && standby.epoch === epoch;
          return granted && kind !== 'refused';
        }),
      ];
    },
  },
  {
    name: 'partly-applied-then-whole',
    summary: 'A device carried out a part of a call, and all of it when the call was repeated.',
    start() {
      const partly = new Set<string>();
      return [
        on('device', ({ entry: { lb, kind } }) => {
          if (kind === 'partial') partly.add(lb);
          return kind === 'applied' && partly.has(lb);
        }),
      ];
    },
  },
  {
    name: 'delete-raced-with-apply',
    summary: 'A device applied a configuration after the deletion was asked for.',
    start() {
      const deleted = new Set<string>();
      return [
        noting('client', ({ request, loadBalancer, outcome }) => {
          if (request === 'delete' && outcome === 'asked') deleted.add(loadBalancer);
        }),
        on('device', ({ entry }) => entry.kind === 'applied' && deleted.has(entry.lb)),
      ];
    },
  },
  {
    name: 'half-written',
    summary: 'A device kept half of a configuration, and did not say so.',
    start: () => [on('device', ({ entry }) => entry.kind === 'partial')],
  },
  {
    name: 'forgot-its-marker',
    summary: 'A device lost what it knew of a load balancer that is still wanted.',
    start: (world) => [on('forgot', ({ loadBalancer }) => isOnRecord(world, loadBalancer))],
  },
  {
    name: 'marker-mended',
    summary: 'A damaged marker was made anew with the newest epoch that was given (R7).',
    start: () => [on('mended', ({ marker }) => !marker.removed)],
  },
  {
    name: 'old-marker-put-right',
    summary: 'A backup was put in the place of a marker, and its holder wrote its own epoch again.',
    start() {
      const epochs = new Map<string, number>();
      const older = new Map<string, number>();
      return [
        noting('damaged', ({ place, loadBalancer, now }) => {
          const epoch = epochs.get(`${place} ${loadBalancer}`);
          if (now !== null && epoch !== undefined) older.set(`${place} ${loadBalancer}`, epoch);
        }),
        on('device', ({ place, entry: { lb, kind, epoch } }) => {
          if (kind === 'refused') return false;
          epochs.set(`${place} ${lb}`, epoch);
          return older.get(`${place} ${lb}`) === epoch;
        }),
      ];
    },
  },
  {
    name: 'stray-removed',
    summary: 'A device served what had been deleted for good, and an agent removed it.',
    start() {
      const removed = new Set<string>();
      return [
        on('device', ({ entry: { kind, lb } }) => {
          if (kind !== 'removed') return false;
          // A tombstone is not removed again: so it was lost, and what had been deleted was back.
          const again = removed.has(lb);
          removed.add(lb);
          return again;
        }),
      ];
    },
  },
  {
    name: 'weak-fence-passed',
    summary: 'A write got past a fence that reads before it writes.',
    start: () => [on('device', ({ entry }) => entry.raced === true)],
  },
  {
    name: 'served-through-the-death',
    summary: 'A host went on serving while none of its agents was alive.',
    start: (world) => [
      on('transition', ({ transition: { kind, id, to } }) => {
        if (kind !== 'load-balancer' || to !== 'orphaned') return false;
        return world.traffic
          .servers(id)
          .some(({ place }) => world.agentsOf(place).every((agent) => world.agent(agent) === null));
      }),
    ],
  },
];

interface Held {
  readonly agent: string;
  readonly process: Agent | null;
}

/** Has the load balancer a record now? */
const isOnRecord = (world: World, loadBalancer: string): boolean =>
  world.stores.desired.snapshot().some(({ key }) => key === loadBalancer);

const isAlive = (world: { agent(id: string): Agent | null }, { agent, process }: Held): boolean =>
  process !== null && world.agent(agent) === process;
