import { describe, expect, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { presets } from '../../machines/timings/timings.ts';
import { MemoryBroker, type MemoryBus } from '../../src/adapters/memory-bus.ts';
import {
  Membership,
  forgivenAfterMs,
  questionsLeast,
  questionsMost,
} from '../../src/controller/shards/membership.ts';
import { Virtual } from '../host/support/virtual.ts';

const timings = presets.lan;
const { heartbeatMs, probeTimeoutMs } = timings;
/** When a controller is asked that was heard last at 0, and when it is gone. */
const askedMs = heartbeatMs + probeTimeoutMs;
const goneMs = askedMs + questionsLeast * probeTimeoutMs;
const tickMs = heartbeatMs / 4;
const presence = subjects.controller('all', 'presence');
const both = ['controller-1', 'controller-2'];

/** How another controller answers the question whether it is there. */
type Answering = 'answers' | 'hangs' | 'has gone';

/** What controller-1 holds of controller-2, which it has heard once. */
class Pair extends Virtual {
  readonly broker = new MemoryBroker(this.clock, { delayMs: () => 1 });
  readonly membership: Membership;
  readonly asked: number[] = [];
  /** Is what controller-1 hears proven? */
  isProven = true;
  readonly #other: MemoryBus;
  #provenMs = 0;

  constructor(answering: Answering) {
    super();
    this.membership = new Membership({
      controller: 'controller-1',
      bus: this.broker.connect('controller/controller-1'),
      clock: this.clock,
      log: silentLog,
      timings,
      provenMs: () => this.#provenMs,
      changed: () => undefined,
    });
    const other = this.broker.connect('controller/controller-2');
    if (answering !== 'has gone') {
      other.subscribe(subjects.controller('controller-2', 'probe'), (message) => {
        this.asked.push(this.time.nowMs);
        if (answering === 'answers') message.reply('{}');
      });
    }
    this.#other = other;
    this.clock.setTimer(0, () => this.present());
  }

  /** Controller-2 says that it is there. */
  present(): void {
    this.#other.publish(presence, JSON.stringify({ controller: 'controller-2', leaving: false }));
  }

  /** It was gone, and is there again. */
  async returns(): Promise<void> {
    this.present();
    await this.until('it is heard again', () => this.membership.living().length === 2);
  }

  /** It is gone once, as one that hangs, and there again. */
  async hangsOnce(): Promise<void> {
    await this.livesFor(10_000);
    await this.returns();
  }

  async heardFor(forMs: number): Promise<void> {
    for (let passedMs = 0; passedMs < forMs; passedMs += heartbeatMs) {
      this.present();
      await this.run(heartbeatMs);
    }
  }

  async heardOnce(): Promise<void> {
    await this.membership.start([]);
    await this.until('it is heard', () => this.membership.living().length === 2);
    this.#tick();
  }

  /** How long it is held to live, of so long. */
  async livesFor(limitMs: number): Promise<number> {
    const startedMs = this.time.nowMs;
    const isGone = () => this.membership.living().length === 1;
    const gone = () => isGone() || this.time.nowMs - startedMs >= limitMs;
    await this.until('it is gone, or the time is over', gone);
    return isGone() ? this.time.nowMs - startedMs : Number.POSITIVE_INFINITY;
  }

  #tick(): void {
    this.clock.setTimer(tickMs, () => {
      if (this.isProven) this.#provenMs += tickMs;
      this.membership.look();
      this.#tick();
    });
  }
}

describe('a controller that is not heard any more', () => {
  test('and answers no question is gone, long before an agent’s lease has ended', async () => {
    const pair = new Pair('hangs');
    await pair.heardOnce();

    const livedMs = await pair.livesFor(10_000);

    expect(pair.asked.length).toBe(questionsLeast);
    expect(livedMs).toBeGreaterThanOrEqual(goneMs);
    expect(livedMs).toBeLessThanOrEqual(goneMs + 2 * tickMs);
    expect(livedMs).toBeLessThan(timings.leaseMs / 2 + 2 * tickMs);
  });

  test('and answers, lives, and is asked again after a further silence', async () => {
    const pair = new Pair('answers');
    await pair.heardOnce();

    await pair.livesFor(10_000);

    expect(pair.membership.living()).toEqual(both);
    expect(pair.asked.length).toBeGreaterThan(2);
  });

  test('and on whose subject nobody listens, is gone with the first question', async () => {
    const pair = new Pair('has gone');
    await pair.heardOnce();

    expect(await pair.livesFor(10_000)).toBeLessThanOrEqual(askedMs + 2 * tickMs);
  });

  test('is not gone for one that was deaf itself while it asked', async () => {
    const pair = new Pair('hangs');
    await pair.heardOnce();
    await pair.until('it was asked', () => pair.asked.length > 0);
    pair.isProven = false;

    await pair.livesFor(10_000);
    expect(pair.membership.living()).toEqual(both);

    pair.isProven = true;
    expect(await pair.livesFor(10_000)).toBeLessThanOrEqual(2 * probeTimeoutMs + 2 * tickMs);
  });

  test('and comes back, is asked more and more often the next times, but not without end', async () => {
    const pair = new Pair('hangs');
    await pair.heardOnce();

    const questions: number[] = [];
    for (let mistakes = 0; mistakes < 6; mistakes += 1) {
      const before = pair.asked.length;
      await pair.livesFor(100_000);
      questions.push(pair.asked.length - before);
      await pair.returns();
    }

    expect(questions).toEqual([2, 2, 8, 32, questionsMost, questionsMost]);
  });

  test('is gone long before an agent’s lease has ended also where it hung shortly before', async () => {
    const pair = new Pair('hangs');
    await pair.heardOnce();
    await pair.hangsOnce();

    expect(await pair.livesFor(10_000)).toBeLessThanOrEqual(goneMs + 2 * tickMs);
  });

  test('is not taken for one that came back where it only wrote before it was heard for the first time', async () => {
    const pair = new Pair('hangs');
    pair.membership.wrote('controller-2');
    await pair.heardOnce();
    await pair.hangsOnce();

    expect(await pair.livesFor(10_000)).toBeLessThanOrEqual(goneMs + 2 * tickMs);
  });

  test('and was heard well for a while since it came back, is gone as soon as at first', async () => {
    const pair = new Pair('hangs');
    await pair.heardOnce();
    await pair.hangsOnce();

    await pair.heardFor(forgivenAfterMs + 2 * heartbeatMs);

    expect(await pair.livesFor(10_000)).toBeLessThanOrEqual(goneMs + 2 * tickMs);
  });
});
