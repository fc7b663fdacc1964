import { initialTransition, transition } from 'xstate';
import { expect, test } from 'vitest';
import { returnsMax } from '../../machines/liveness/context.ts';
import { flapsAllowed } from '../../machines/liveness/flaps.ts';
import { type LivenessEvent, livenessMachine } from '../../machines/liveness/machine.ts';
import { agentDescription } from '../fixtures/agent-description.ts';

const limits = { flapWindowMs: 1_000, flapQuietMs: 300 };
const description = agentDescription();

/** One agent, as its judge sees it, with the hands of a test. */
class Judged {
  #snapshot = initialTransition(livenessMachine)[0];
  #incarnation = 0;

  tell(event: LivenessEvent): void {
    this.#snapshot = transition(livenessMachine, this.#snapshot, event)[0];
  }

  get state() {
    return this.#snapshot.value;
  }

  get flapping() {
    return this.#snapshot.context.flapping;
  }

  get returns() {
    return this.#snapshot.context.returns;
  }

  registers(at: number): void {
    const incarnation = (this.#incarnation += 1);
    this.tell({ type: 'registered', agent: 'a', incarnation, description, limits, term: 0, at });
  }

  dies(at: number): void {
    this.tell({ type: 'expired', incarnation: this.#incarnation, at });
  }

  /** Dies and is back, so many times, each at its own millisecond. */
  flaps(times: number, from: number): void {
    for (let at = from; at < from + times; at += 1) {
      this.dies(at);
      this.registers(at);
    }
  }

  suspectedBy(type: 'silent' | 'connection.closed'): void {
    const event = { incarnation: this.#incarnation, at: 0 };
    this.tell(type === 'silent' ? { type, ...event } : { type, ...event, reason: 'Client Closed' });
  }
}

function alive(): Judged {
  const judged = new Judged();
  judged.registers(0);
  return judged;
}

test('an agent flaps that has come back from one death more than is allowed', () => {
  const judged = alive();

  judged.flaps(flapsAllowed, 10);
  const allowed = judged.flapping;
  judged.flaps(1, 20);

  expect(allowed).toBeNull();
  expect(judged.flapping).toEqual({ times: flapsAllowed + 1, since: 20, until: 320 });
});

test.each([
  ['counts a death just within the window', 1_009, true],
  ['has forgotten one that is as old as the window', 1_010, false],
])('%s', (_, at, isFlapping) => {
  const judged = alive();
  // The first one at 10.
  judged.flaps(1, 10);
  judged.flaps(flapsAllowed - 1, 500);

  judged.flaps(1, at);

  expect(judged.flapping !== null).toBe(isFlapping);
});

test('each further death, however late, begins the quiet time anew', () => {
  const judged = alive();
  judged.flaps(flapsAllowed + 1, 10);

  judged.dies(100);
  judged.registers(90_000);

  expect(judged.flapping).toEqual({ times: flapsAllowed + 2, since: 13, until: 90_300 });
});

test('it is trusted again when the quiet time is over that was set last', () => {
  const judged = alive();
  judged.flaps(flapsAllowed + 1, 10);
  const before = judged.flapping?.until ?? 0;
  judged.flaps(1, 50);

  judged.tell({ type: 'calmed', until: before, at: before });
  const early = judged.flapping;
  judged.tell({ type: 'calmed', until: 350, at: 350 });
  const calm = judged.flapping;
  judged.flaps(1, 400);

  expect(early).not.toBeNull();
  expect(calm).toBeNull();
  // What it did is not forgotten by that.
  expect(judged.flapping).not.toBeNull();
});

test('an operator’s word lets it begin anew', () => {
  const judged = alive();
  judged.flaps(flapsAllowed + 1, 10);

  judged.tell({ type: 'trusted', at: 20 });
  judged.flaps(flapsAllowed, 30);

  expect(judged.flapping).toBeNull();
});

test('starts that nobody had to fear are no deaths', () => {
  const judged = alive();

  for (let at = 10; at < 20; at += 1) {
    // Its lease had ended while nobody could hear it.
    judged.suspectedBy('silent');
    judged.registers(at);
    judged.registers(at);
  }

  expect([judged.returns, judged.flapping]).toEqual([[], null]);
});

test('one that is back before it can be declared dead has died all the same', () => {
  const judged = alive();

  for (let at = 10; at < 30; at += 1) {
    judged.suspectedBy('connection.closed');
    judged.registers(at);
  }

  expect(judged.state).toBe('alive');
  expect(judged.flapping?.times).toBe(20);
  expect(judged.returns).toHaveLength(returnsMax);
});
