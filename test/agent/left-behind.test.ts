import { describe, expect, test } from 'vitest';
import type { DriverDescriptor } from '../../drivers/contract/driver.ts';
import { RetryableError } from '../../drivers/contract/errors.ts';
import type { Residence, Resident } from '../../drivers/contract/residence.ts';
import { memoryDescriptor, memoryDriver } from '../../drivers/memory/driver.ts';
import { Strays } from '../../machines/protocol/agent-messages.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { hostDescriptor } from '../../simulator/world/places.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { AgentBench } from './support/agent-bench.ts';

const document = loadBalancerDocument();
const { id } = document;
const other = loadBalancerDocument().id;
const movable: DriverDescriptor = { ...hostDescriptor, reschedulable: true };
const elsewhere = { loadBalancer: id, epoch: 3, host: 'host-2' };

/** An agent of host-1, where a neighbour that is dead has left things under epoch 2. */
class Neighbour extends AgentBench {
  readonly released: { readonly id: string; readonly epoch: number }[];
  readonly asked: Strays[] = [];
  /** What the judge tells of what has moved; null: nothing. */
  moved: readonly object[] | null = [elsewhere];
  /** What the host's markers tell. */
  residents: readonly Resident[] = [];

  constructor(descriptor: DriverDescriptor, stuck: readonly string[] = []) {
    const released: { id: string; epoch: number }[] = [];
    super((driver) => {
      const residence: Residence = {
        inventory: () => Promise.resolve(this.residents),
        recall: () => Promise.resolve(null),
        mend: () => Promise.resolve(),
        release: async (target) => {
          released.push(target);
          if (stuck.includes(target.id)) throw new RetryableError('its process does not end');
        },
      };
      return { ...driver, descriptor, residence };
    });
    this.released = released;
    this.judge.subscribe(
      subjects.up('agent-1', subjects.shardOf('agent-1', 4), 'strays'),
      (message) => {
        const asked = Strays.parse(JSON.parse(message.data));
        this.asked.push(asked);
        if (asked.moved !== true) message.reply(JSON.stringify({ purged: [] }));
        else if (this.moved !== null) {
          message.reply(JSON.stringify({ purged: [], moved: this.moved }));
        }
      },
    );
  }

  /** Resolves when the agent has swept once. */
  async swept(...ids: readonly string[]): Promise<void> {
    const left = memoryDriver(this.appliance, 'agent-2');
    for (const each of ids) {
      const target = { id: each, epoch: 2, generation: 1, document: { ...document, id: each } };
      await this.virtual.settled(left.apply(target));
    }
    this.agent.start();
    await this.reach('serving');
    await this.virtual.run(presets.lan.sweepMs + 5_000);
  }
}

describe('what a dead neighbour left on a host', () => {
  test('is let go of there once it has moved to another host, by the epoch of its holder', async () => {
    const bench = new Neighbour(movable);

    await bench.swept(id);

    const question = { agent: 'agent-1', loadBalancers: [id] };
    expect(bench.asked).toEqual([question, { ...question, moved: true }]);
    expect(bench.released).toEqual([{ id, epoch: 3 }]);
  });

  test('is let go of above its epoch where that is the one of the holder: a release was cut off, or it was given twice', async () => {
    const bench = new Neighbour(movable);
    bench.moved = [{ ...elsewhere, epoch: 2 }];

    await bench.swept(id);

    expect(bench.released).toEqual([{ id, epoch: 3 }]);
  });

  test.each<[string, string | null, readonly object[]]>([
    [
      'is let go of again by the same epoch while nobody holds it: a release was cut off',
      null,
      [{ id, epoch: 2 }],
    ],
    ['is left alone while somebody holds it: it has come back since', 'agent-3', []],
  ])('above the epoch of the record %s', async (_, holder, released) => {
    const bench = new Neighbour(movable);
    bench.moved = [{ ...elsewhere, epoch: 1 }];
    bench.residents = [{ id, marker: { epoch: 2, generation: 1, removed: false }, holder }];

    await bench.swept(id);

    expect(bench.released).toEqual(released);
  });

  test('keeps nothing else from being let go of where one does not end', async () => {
    const bench = new Neighbour(movable, [id]);
    bench.moved = [elsewhere, { ...elsewhere, loadBalancer: other }];

    await bench.swept(id, other);

    expect(bench.released.map((each) => each.id).toSorted()).toEqual([id, other].toSorted());
  });

  test.each<[string, readonly object[] | null]>([
    ['somebody of this host has it', [{ ...elsewhere, host: 'host-1' }]],
    ['it has come here later', [{ ...elsewhere, epoch: 1 }]],
    ['only others have moved', [{ ...elsewhere, loadBalancer: other }]],
    ['nothing has moved', []],
    ['a controller of the release before is silent', null],
  ])('is left alone where %s', async (_, moved) => {
    const bench = new Neighbour(movable);
    bench.moved = moved;

    await bench.swept(id);

    expect(bench.asked.at(-1)).toMatchObject({ moved: true });
    expect(bench.released).toEqual([]);
  });

  test.each([
    ['can not leave its host', hostDescriptor],
    ['is on a device that all reach', memoryDescriptor],
  ])('is not asked about where it %s', async (_, descriptor) => {
    const bench = new Neighbour(descriptor);

    await bench.swept(id);

    expect(bench.asked).toEqual([{ agent: 'agent-1', loadBalancers: [id] }]);
    expect(bench.released).toEqual([]);
  });
});
