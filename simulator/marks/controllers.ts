import { shardOf } from '../../machines/protocol/subjects.ts';
import { ShardRecord } from '../../src/controller/shards/shard-keeper.ts';
import type { World } from '../world/world.ts';
import { type MarkKind, noting, on, type Watch } from './mark.ts';

const brakesOn = 'the storm brake holds verdicts back';

/** How controllers shared the work. */
export const controllerMarks: readonly MarkKind[] = [
  {
    name: 'shard-taken-over',
    summary: 'A controller took a shard with load balancers in it from one that was gone.',
    start: (world) =>
      takenOver(world, (before) => world.controllerHost(before).controller === null),
  },
  {
    name: 'shard-taken-from-the-living',
    summary: 'A controller took a shard over with load balancers in it while its owner lived.',
    start: (world) =>
      takenOver(world, (before) => world.controllerHost(before).controller !== null),
  },
  {
    name: 'shard-handed-over',
    summary: 'A controller let go of a shard, and another one took it.',
    start() {
      const former = new Map<number, string>();
      return [
        ownerChanged((before, owner, shard) => {
          if (owner === null && before !== null) former.set(shard, before);
          const left = former.get(shard);
          return owner !== null && before === null && left !== undefined && left !== owner;
        }),
      ];
    },
  },
  {
    name: 'storm-brake-engaged',
    summary: 'A large part of the fleet went at once, and verdicts were held back.',
    start: () => [logged(brakesOn)],
  },
  {
    name: 'storm-brake-let-pass',
    summary: 'The rest of the fleet was heard well for long enough, and held back verdicts passed.',
    start: () => [logged('the storm brake lets verdicts pass')],
  },
  {
    name: 'storm-passed',
    summary: 'Those were heard again of whom a verdict had been held back.',
    start() {
      let isOn = false;
      return [
        noting('logged', ({ message }) => {
          if (message.startsWith('the storm brake')) isOn = message.startsWith(brakesOn);
        }),
        on('transition', ({ transition: { kind, from, to } }) => {
          return isOn && kind === 'agent' && from === 'suspect' && to === 'alive';
        }),
      ];
    },
  },
  {
    name: 'answered-by-another',
    summary: 'A client was answered by a controller that does not own the load balancer.',
    start(world) {
      const owners = new Map<number, string | null>();
      const passedOn = new Set<string>();
      return [
        ownerChanged((_, owner, shard) => {
          owners.set(shard, owner);
          return false;
        }),
        noting('sent', ({ from, subject }) => {
          if (!subject.startsWith('hf.lb.')) return;
          const id = subject.split('.')[3] ?? '';
          const owner = owners.get(shardOf(id, world.options.shards)) ?? null;
          if (owner !== null && owner !== from) passedOn.add(id);
        }),
        on('client', ({ loadBalancer, outcome }) => {
          return outcome === 'acknowledged' && passedOn.has(loadBalancer);
        }),
      ];
    },
  },
];

const logged = (beginning: string): Watch =>
  on('logged', ({ message }) => message.startsWith(beginning));

function takenOver(world: World, isMeant: (before: string) => boolean): readonly Watch[] {
  const bound = new Set<number>();
  return [
    noting('stored', ({ bucket, change }) => {
      if (bucket === 'binding') bound.add(shardOf(change.key, world.options.shards));
    }),
    ownerChanged((before, owner, shard) => {
      if (before === null || owner === null || before === owner) return false;
      return bound.has(shard) && isMeant(before);
    }),
  ];
}

function ownerChanged(
  isReached: (before: string | null, owner: string | null, shard: number) => boolean,
): Watch {
  const owners = new Map<string, string | null>();
  return on('stored', ({ bucket, change }) => {
    if (bucket !== 'shards' || change.type !== 'put') return false;
    const { owner } = ShardRecord.parse(JSON.parse(change.value));
    const before = owners.get(change.key) ?? null;
    owners.set(change.key, owner);
    return isReached(before, owner, Number(change.key.slice('shard-'.length)));
  });
}
