import { describe, expect, test } from 'vitest';
import { Canceller } from '../../machines/ports/cancellation.ts';
import { type Haste, Pacer, takeoversInARowMax } from '../../src/controller/commands/pacer.ts';
import { Virtual } from '../host/support/virtual.ts';

const left = new Error('the state was left');

/** A pacer, and commands whose ends are in the hands of the test. */
class Paced {
  readonly virtual = new Virtual();
  readonly pacer: Pacer;
  readonly sent: string[] = [];
  readonly outcomes = new Map<string, string | null>();
  readonly #ends = new Map<string, () => void>();
  readonly #cancellers = new Map<string, Canceller>();

  constructor(commandsInFlight: number) {
    this.pacer = new Pacer({ clock: this.virtual.clock, commandsInFlight });
  }

  send(id: string, haste: Haste = 'ordinary', agent = 'agent-1', incarnation = 1): void {
    const signal = new Canceller(left);
    this.#cancellers.set(id, signal);
    const seat = { agent, incarnation, epoch: 1 };
    void this.pacer
      .run({ id, seat, haste, signal }, () => {
        this.sent.push(id);
        return new Promise<string>((resolve) => this.#ends.set(id, () => resolve(id)));
      })
      .then((outcome) => this.outcomes.set(id, outcome));
  }

  async end(id: string): Promise<void> {
    this.#ends.get(id)?.();
    await this.settle();
  }

  async leave(id: string): Promise<void> {
    this.#cancellers.get(id)?.abort();
    await this.settle();
  }

  /** Lets everything react. */
  settle(): Promise<void> {
    return this.virtual.run(1);
  }
}

describe('commands to one agent', () => {
  test('are under way up to the limit, and the others wait in their order', async () => {
    const paced = new Paced(2);
    for (const id of ['a', 'b', 'c', 'd']) paced.send(id);
    await paced.settle();
    const atFirst = [...paced.sent];

    await paced.end('b');
    const then = [...paced.sent];
    await paced.end('a');

    expect(atFirst).toEqual(['a', 'b']);
    expect(then).toEqual(['a', 'b', 'c']);
    expect(paced.sent).toEqual(['a', 'b', 'c', 'd']);
  });

  test('do not wait for those to another agent, nor to a former life of it', async () => {
    const paced = new Paced(1);
    paced.send('a');
    paced.send('b', 'ordinary', 'agent-2');
    paced.send('c', 'ordinary', 'agent-1', 2);

    await paced.settle();

    expect(paced.sent).toEqual(['a', 'b', 'c']);
  });

  test('take over first, but not for ever', async () => {
    const paced = new Paced(1);
    paced.send('first');
    paced.send('edit');
    const takeovers = Array.from({ length: takeoversInARowMax + 1 }, (_, n) => `takeover-${n}`);
    for (const id of takeovers) paced.send(id, 'takeover');
    await paced.settle();

    await paced.end('first');
    for (const id of [...takeovers, 'edit']) await paced.end(id);

    expect(paced.sent).toEqual([
      'first',
      ...takeovers.slice(0, takeoversInARowMax),
      'edit',
      ...takeovers.slice(takeoversInARowMax),
    ]);
  });

  test('that nobody wants any more are not sent, and take no turn', async () => {
    const paced = new Paced(1);
    for (const id of ['a', 'b', 'c']) paced.send(id);
    await paced.settle();

    await paced.leave('b');
    const given = paced.outcomes.get('b');
    await paced.end('a');

    expect(given).toBeNull();
    expect(paced.sent).toEqual(['a', 'c']);
    expect(paced.outcomes).toEqual(
      new Map([
        ['b', null],
        ['a', 'a'],
      ]),
    );
  });

  test('keep their limit when one fails', async () => {
    const paced = new Paced(1);
    const seat = { agent: 'agent-1', incarnation: 1, epoch: 1 };
    const turn = { id: 'a', seat, haste: 'ordinary', signal: new Canceller(left) } as const;
    const failing = paced.pacer.run(turn, () => Promise.reject(new Error('lost')));
    paced.send('b');

    await expect(failing).rejects.toThrow('lost');
    await paced.settle();

    expect(paced.sent).toEqual(['b']);
  });
});

describe('an operator', () => {
  test('sees how many are under way and wait, for how long, and why', async () => {
    const paced = new Paced(1);
    paced.send('a');
    paced.send('b');
    paced.send('c', 'takeover');
    await paced.virtual.run(500);

    const view = paced.pacer.view();

    expect(view).toEqual({
      commandsInFlight: 1,
      agents: [{ agent: 'agent-1', inFlight: 1, waiting: 2, takeovers: 1, waitsMs: 500 }],
    });
    expect(paced.pacer.reason('b')).toBe(
      'waits for its turn: as many commands as may be (1) are under way to agent agent-1',
    );
    expect(paced.pacer.reason('a')).toBeNull();
  });

  test.each([
    [null, ['a', 'x', 'b', 'c', 'y']],
    ['agent-1', ['a', 'x', 'b', 'c']],
  ])('has what waits sent at once, to %s, and nothing later', async (agent, sent) => {
    const paced = new Paced(1);
    for (const id of ['a', 'b', 'c']) paced.send(id);
    for (const id of ['x', 'y']) paced.send(id, 'ordinary', 'agent-2');
    await paced.settle();

    paced.pacer.release(agent);
    paced.send('late');
    await paced.settle();
    for (const id of ['a', 'b']) await paced.end(id);
    const before = [...paced.sent];
    await paced.end('c');

    expect(before.toSorted()).toEqual(sent.toSorted());
    expect(paced.sent).toContain('late');
  });
});

test('what has ended leaves nothing behind', async () => {
  const paced = new Paced(1);
  for (const id of ['a', 'b']) paced.send(id);
  await paced.settle();

  for (const id of ['a', 'b']) await paced.end(id);

  expect(paced.pacer.view().agents).toEqual([]);
});
