import { describe, expect, test } from 'vitest';
import { type Gathered, Gathering } from '../../machines/gathering.ts';
import { Virtual } from '../host/support/virtual.ts';

type Asked = Gathered<string, string>;

/** A gathering of three at most, and what has left it. */
function gathered(send: (all: readonly Asked[]) => Promise<void> = answerAll) {
  const virtual = new Virtual();
  const left: string[][] = [];
  const gathering = new Gathering<string, string>(virtual.clock, 3, (all) => {
    left.push(all.map(({ asked }) => asked));
    return send(all);
  });
  return { virtual, left, gathering };
}

async function answerAll(all: readonly Asked[]): Promise<void> {
  for (const { asked, resolve } of await Promise.resolve(all)) resolve(`${asked}, answered`);
}

describe('what is gathered', () => {
  test('leaves with the next turn, together, and each is answered', async () => {
    const { virtual, left, gathering } = gathered();
    const answers = Promise.all([gathering.ask('a'), gathering.ask('b')]);
    const before = left.length;

    await virtual.run(0);

    expect(before).toBe(0);
    expect(left).toEqual([['a', 'b']]);
    expect(await answers).toEqual(['a, answered', 'b, answered']);
  });

  test('leaves at once when there are as many as may leave together; what comes then, later', async () => {
    const { virtual, left, gathering } = gathered();
    const answers = Promise.all(['a', 'b', 'c', 'd'].map((one) => gathering.ask(one)));
    const before = [...left];

    await virtual.run(0);

    expect(before).toEqual([['a', 'b', 'c']]);
    expect(left).toEqual([['a', 'b', 'c'], ['d']]);
    expect(await answers).toHaveLength(4);
  });

  test('is refused as a whole where it could not be sent, but for what was answered by then', async () => {
    const { virtual, gathering } = gathered((all) => {
      all[0]?.resolve('answered');
      return Promise.reject(new Error('the line is dead'));
    });
    const outcomes = Promise.allSettled([gathering.ask('a'), gathering.ask('b')]);

    await virtual.run(0);

    expect(await outcomes).toMatchObject([
      { status: 'fulfilled', value: 'answered' },
      { status: 'rejected', reason: { message: 'the line is dead' } },
    ]);
  });
});
