import { describe, expect, test } from 'vitest';
import { initialContext, type LoadBalancerContext } from '../../machines/load-balancer/context.ts';
import type { DrivenEvent } from '../../machines/load-balancer/events.ts';
import type { CommandReply } from '../../machines/protocol/agent-messages.ts';
import type { Seat } from '../../machines/protocol/seat.ts';
import { type Granted, HeadStart, type Taken } from '../../src/controller/commands/head-start.ts';
import { Pacer } from '../../src/controller/commands/pacer.ts';
import { RequestTimeout } from '../../src/ports/bus.ts';
import { recordingLog } from '../adapters/recording-log.ts';
import { Virtual } from '../host/support/virtual.ts';

const holder: Seat = { agent: 'agent-1', incarnation: 1, epoch: 1 };
const standby: Seat = { agent: 'agent-2', incarnation: 1, epoch: 2 };
const lost = { agent: 'agent-1', incarnation: 1 };
const bound: LoadBalancerContext = { ...initialContext, binding: holder, standby, lastEpoch: 2 };
const applied = {
  type: 'applied',
  epoch: 2,
  generation: 1,
  operating: null,
} as unknown as CommandReply;
const driven: DrivenEvent = {
  type: 'driven.applied',
  epoch: 2,
  generation: 1,
  operating: null,
  at: 0,
};

/** A head start for load balancers that are all bound to agent-1, with agent-2 standing by. */
class Begun {
  readonly virtual = new Virtual();
  readonly log = recordingLog();
  readonly told: string[] = [];
  readonly taken = new Map<string, Taken | null>();
  readonly commanded: string[] = [];
  readonly live = new Map<string, LoadBalancerContext>();
  readonly committed = new Map<string, LoadBalancerContext>();
  readonly headStart: HeadStart;
  mayTakeOver = true;
  outcome: DrivenEvent | null = driven;
  answer: (id: string) => Promise<CommandReply> = () => Promise.resolve(applied);
  grant: (id: string, seat: Seat) => Granted | null = (id, seat) => granted(id, seat);

  constructor(ids: readonly string[]) {
    for (const id of ids) {
      this.live.set(id, bound);
      this.committed.set(id, bound);
    }
    const { clock } = this.virtual;
    this.headStart = new HeadStart({
      clock,
      log: this.log,
      pacer: new Pacer({ clock, commandsInFlight: 8 }),
      context: (id) => this.live.get(id) ?? null,
      committed: (id) => this.committed.get(id) ?? null,
      mayTakeOver: () => this.mayTakeOver,
      grant: (id, seat) => this.grant(id, seat),
      send: (_, command) => {
        this.commanded.push(command.loadBalancer);
        return this.answer(command.loadBalancer);
      },
      outcome: () => this.outcome,
    });
  }

  /** Those that are to be told at once; waits until all that was promised is done. */
  async begin(): Promise<readonly string[]> {
    const ids = [...this.live.keys()];
    const others = this.headStart.begin(ids, lost, (id, taken) => {
      this.told.push(id);
      this.taken.set(id, taken);
    });
    await this.virtual.settleNow();
    return others;
  }
}

function granted(id: string, seat: Seat): Granted {
  const { epoch, incarnation } = seat;
  const command = {
    loadBalancer: id,
    epoch,
    incarnation,
    generation: 1,
    status: 'live',
    grant: true,
    device: 'device-1',
    document: null,
    briefed: 'write-1',
    requestId: null,
  } as const;
  return { seat, write: 'write-1', command };
}

describe('a head start', () => {
  test('tells actors of their loss together with what came of their standby’s command', async () => {
    const begun = new Begun(['a', 'b']);

    const others = await begun.begin();

    expect(others).toEqual([]);
    expect(begun.told).toEqual(['a', 'b']);
    expect(begun.taken.get('a')).toEqual({ by: standby, outcome: driven });
    expect(begun.headStart.isGranted('a')).toBe(false);
  });

  test('tells of the loss alone where the standby has to be commanded again, and it stays the next', async () => {
    const begun = new Begun(['a']);
    begun.outcome = null;

    await begun.begin();

    expect(begun.taken.get('a')).toBeNull();
    expect(begun.headStart.isGranted('a')).toBe(true);
  });

  test.each<[string, (begun: Begun) => void]>([
    ['the verdict leaves it to its holder', (begun) => (begun.mayTakeOver = false)],
    ['nobody stands by', (begun) => begun.live.set('a', { ...bound, standby: null })],
    [
      'its standby is not on record yet',
      (begun) => begun.committed.set('a', { ...bound, standby: null }),
    ],
    [
      'its record names another holder',
      (begun) => begun.committed.set('a', { ...bound, binding: { ...holder, incarnation: 2 } }),
    ],
    ['a lease is to end first', (begun) => begun.live.set('a', { ...bound, leased: true })],
    ['it is being deleted', (begun) => begun.live.set('a', { ...bound, status: 'deleting' })],
    [
      'a newer life of its holder has it',
      (begun) => begun.live.set('a', { ...bound, binding: { ...holder, incarnation: 2 } }),
    ],
  ])('commands nobody where %s', async (_, change) => {
    const begun = new Begun(['a']);
    change(begun);

    expect(await begun.begin()).toEqual(['a']);
    expect(begun.commanded).toEqual([]);
  });

  test('says nothing of a standby that does not answer: the actor will', async () => {
    const begun = new Begun(['a']);
    begun.answer = () => Promise.reject(new RequestTimeout('no answer'));

    await begun.begin();

    expect(begun.told).toEqual(['a']);
    expect(begun.taken.get('a')).toBeNull();
    expect(begun.headStart.isGranted('a')).toBe(false);
    expect(begun.log.lines).toEqual([]);
  });

  test('tells of a mistake of its own, and the actor is told at once all the same', async () => {
    const begun = new Begun(['a', 'b']);
    begun.grant = (id, seat) => {
      if (id === 'a') throw new Error('a bug');
      return granted(id, seat);
    };

    await begun.begin();

    expect(begun.told.toSorted()).toEqual(['a', 'b']);
    expect(begun.commanded).toEqual(['b']);
    expect(begun.log.lines).toMatchObject([{ level: 'error', fields: { loadBalancer: 'a' } }]);
  });

  test('forgets a standby whose answer was of no use', async () => {
    const begun = new Begun(['a']);
    begun.outcome = null;
    await begun.begin();

    await begun.virtual.run(10_000);

    expect(begun.headStart.isGranted('a')).toBe(false);
  });
});
