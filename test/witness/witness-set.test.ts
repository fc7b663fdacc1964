import { describe, expect, test } from 'vitest';
import { createActor, fromCallback } from 'xstate';
import { initialLivenessContext, type LivenessContext } from '../../machines/liveness/context.ts';
import { livenessMachine } from '../../machines/liveness/machine.ts';
import {
  formerWitnessesMax,
  tooManyWitnesses,
  witnessesUpTo,
} from '../../machines/liveness/witnesses.ts';
import { presets } from '../../machines/timings/timings.ts';
import { WitnessSet, witnessSet, witnessesMax } from '../../machines/protocol/witness-messages.ts';
import { agentDescription } from '../fixtures/agent-description.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `w${index + 1}`);

describe('R17: the promises that carry a lease on, and the denials that prove its end,', () => {
  test.each(ids(witnessesMax).map((_, index) => index + 1))(
    'have a witness in common among %s of them',
    (count) => {
      for (let promises = 1; promises <= count; promises += 1) {
        const set = witnessSet(ids(count), promises);
        expect(set.promises + set.denials).toBeGreaterThan(count);
      }
      const { promises, denials } = witnessSet(ids(count));
      expect(promises).toBeGreaterThan(count / 2);
      expect(denials).toBeLessThanOrEqual(promises);
    },
  );

  test.each([
    [1, 1, 1],
    [2, 2, 1],
    [3, 2, 2],
  ])('of %s witnesses: %s promises, %s denials', (count, promises, denials) => {
    expect(witnessSet(ids(count))).toEqual({ agents: ids(count), promises, denials });
  });

  test.each([
    ['V21: do not meet', { agents: ids(3), promises: 1, denials: 2 }],
    ['are more than there are', { agents: ids(1), promises: 2, denials: 1 }],
    ['count one twice', { agents: ['w1', 'w1'], promises: 2, denials: 1 }],
    ['are of nobody', { agents: [], promises: 1, denials: 1 }],
    ['are of too many', { agents: ids(witnessesMax + 1), promises: 5, denials: 5 }],
  ])('are refused where they %s', (_, set) => {
    expect(WitnessSet.safeParse(set).success).toBe(false);
  });
});

const idle = fromCallback(() => undefined);
const machine = livenessMachine.provide({
  actors: { probe: idle, emptying: idle, restartLease: idle, quietTime: idle },
});

describe('R17: an agent’s record', () => {
  const s1 = witnessSet(['w1', 'w2', 'w3']);
  const s2 = witnessSet(['w1', 'w2', 'w4']);
  const registered = (incarnation: number, witnesses?: WitnessSet, edition = 1) => ({
    type: 'registered' as const,
    agent: 'a',
    incarnation,
    term: 1,
    description: agentDescription({ edition, ...(witnesses === undefined ? {} : { witnesses }) }),
    limits: presets.lan,
    at: 0,
  });
  function after(
    ...events: Parameters<ReturnType<typeof createActor<typeof livenessMachine>>['send']>[0][]
  ): LivenessContext {
    const actor = createActor(machine).start();
    for (const event of events) actor.send(event);
    return actor.getSnapshot().context;
  }

  test('keeps the witnesses of a former life until that has lapsed', () => {
    const both = after(registered(5, s1), registered(7, s2));

    expect(witnessesUpTo(both, 7)).toEqual([s1, s2]);
    expect(witnessesUpTo(both, 6)).toEqual([s1, s2]);
    expect(witnessesUpTo(both, 5)).toEqual([s1]);

    const lapsed = after(registered(5, s1), registered(7, s2), {
      type: 'lapsed',
      incarnation: 5,
      term: 1,
      at: 0,
    });
    expect(lapsed.formerWitnesses).toEqual([]);
    expect(witnessesUpTo(lapsed, 7)).toEqual([s2]);
  });

  test('keeps one set where none has changed', () => {
    const same = after(registered(5, s1), registered(7, s1), registered(9, s1));

    expect(same.formerWitnesses).toEqual([]);
    expect(witnessesUpTo(same, 8)).toEqual([s1]);
  });

  test('keeps those of a life before one without witnesses', () => {
    const context = after(registered(5, s1), registered(7));

    expect(witnessesUpTo(context, 6)).toEqual([s1]);
    expect(witnessesUpTo(after(registered(7)), 7)).toEqual([]);
  });

  test('does not change the witnesses of a life, whatever it is told', () => {
    const context = after(registered(5, s1), registered(5, s2, 2));

    expect(context.description?.witnesses).toEqual(s1);
    expect(context.description?.edition).toBe(2);
    expect(after(registered(5), registered(5, s2, 2)).description?.witnesses).toBeUndefined();
  });

  test('has room for so many changes, and refuses the next one until a life has lapsed', () => {
    const lives = Array.from({ length: formerWitnessesMax + 1 }, (_, index) =>
      registered(index + 1, index % 2 === 0 ? s1 : s2),
    );
    const full = after(...lives);
    expect(full.formerWitnesses).toHaveLength(formerWitnessesMax);
    const next = registered(formerWitnessesMax + 2, formerWitnessesMax % 2 === 0 ? s2 : s1);

    expect(tooManyWitnesses(after(...lives.slice(1)), next)).toBeNull();
    expect(tooManyWitnesses(full, next)).toContain('have changed more than 4 times');
    expect(tooManyWitnesses({ ...full, lapsed: 1 }, next)).toBeNull();
    expect(tooManyWitnesses(full, { ...next, description: full.description })).toBeNull();
    expect(tooManyWitnesses(null, next)).toBeNull();
    expect(initialLivenessContext.formerWitnesses).toEqual([]);
  });
});
