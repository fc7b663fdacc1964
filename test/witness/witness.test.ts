import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WitnessAnswer, WitnessAsk } from '../../machines/protocol/witness-messages.ts';
import { JournalDisk } from '../../simulator/world/journal-disk.ts';
import { VirtualProcess } from '../../simulator/world/process.ts';
import { processJournal } from '../../simulator/world/process-ports.ts';
import { Witness, witnessedMax } from '../../src/witness/witness.ts';
import { recordingLog } from '../adapters/recording-log.ts';
import { Virtual } from '../host/support/virtual.ts';

const lapseMs = 4_500;
const diskMs = 2;

/** A witness whose process is killed and started again on the same disk. */
class Bench {
  readonly virtual = new Virtual();
  readonly log = recordingLog();
  disk = this.#emptyDisk();
  #process = this.#newProcess();
  witness = this.#created();

  static async opened(): Promise<Bench> {
    const bench = new Bench();
    await bench.virtual.settled(bench.witness.open());
    return bench;
  }

  async restart({ onEmptyDisk = false } = {}): Promise<void> {
    this.#process.kill();
    if (onEmptyDisk) this.disk = this.#emptyDisk();
    this.#process = this.#newProcess();
    this.witness = this.#created();
    await this.virtual.settled(this.witness.open());
  }

  ask(type: 'check' | 'promise', incarnation: number): Promise<WitnessAnswer> {
    return this.#answer({ type, incarnation });
  }

  enrol(incarnation: number, forMs = lapseMs): Promise<WitnessAnswer> {
    return this.#answer({ type: 'enrol', incarnation, forMs });
  }

  deny(incarnation: number) {
    return this.virtual.settled(this.witness.deny({ agent: 'a', incarnation }));
  }

  #answer(ask: WitnessAsk): Promise<WitnessAnswer> {
    return this.virtual.settled(this.witness.answer('a', ask));
  }

  #created(): Witness {
    const journal = processJournal(
      this.#process,
      this.disk.open(() => undefined, { whole: true }),
    );
    return new Witness({ journal, clock: this.virtual.clock, log: this.log, lapseMs });
  }

  #emptyDisk(): JournalDisk {
    return new JournalDisk({ clock: this.virtual.clock, delayMs: () => diskMs });
  }

  #newProcess(): VirtualProcess {
    return new VirtualProcess('witness', (delayMs, run) => {
      this.virtual.time.schedule(delayMs, 'witness', run);
    });
  }
}

describe('R17: a witness', () => {
  test('promises to whom it is enrolled, and denies when no promise lives any more', async () => {
    const bench = await Bench.opened();
    await bench.virtual.run(lapseMs);

    expect((await bench.enrol(1)).type).toBe('enrolled');
    expect((await bench.ask('promise', 1)).type).toBe('promised');
    expect(await bench.deny(1)).toEqual({ type: 'waits', forMs: lapseMs });

    await bench.virtual.run(lapseMs - 1);
    expect((await bench.deny(1)).type).toBe('waits');
    await bench.virtual.run(1);
    expect(await bench.deny(1)).toEqual({ type: 'denied', agent: 'a', incarnation: 1 });
  });

  test('promises nothing more to one that it was asked to deny', async () => {
    const bench = await Bench.opened();
    await bench.enrol(1);
    await bench.ask('promise', 1);

    await bench.deny(1);

    expect((await bench.ask('promise', 1)).type).toBe('refused');
  });

  test('goes on promising to the next incarnation when the former one is denied', async () => {
    const bench = await Bench.opened();
    await bench.virtual.run(lapseMs);
    await bench.enrol(2);

    expect((await bench.ask('promise', 2)).type).toBe('promised');
    expect((await bench.deny(1)).type).toBe('denied');

    expect((await bench.ask('promise', 2)).type).toBe('promised');
    expect((await bench.ask('promise', 1)).type).toBe('refused');
  });

  test('keeps a promise for as long as it was asked for when it was enrolled', async () => {
    const bench = await Bench.opened();
    await bench.enrol(1, 15_000);
    await bench.ask('promise', 1);

    await bench.virtual.run(14_990);
    expect((await bench.deny(1)).type).toBe('waits');
    await bench.virtual.run(10);
    expect((await bench.deny(1)).type).toBe('denied');
  });

  test.each([
    ['that it does not know', 1],
    ['of which it knows only a former one', 2],
  ])('promises nothing to an incarnation %s', async (_, incarnation) => {
    const bench = await Bench.opened();
    if (incarnation > 1) await bench.enrol(1);

    expect((await bench.ask('promise', incarnation)).type).toBe('stranger');
    expect((await bench.ask('check', incarnation)).type).toBe('stranger');
  });

  test('V22: denies nothing for a while after it was started, because it has forgotten its promises', async () => {
    const bench = await Bench.opened();
    await bench.enrol(1, 15_000);
    await bench.ask('promise', 1);

    await bench.restart();

    expect((await bench.deny(1)).type).toBe('waits');
    await bench.virtual.run(15_000);
    expect((await bench.deny(1)).type).toBe('denied');
  });

  test('V22: remembers whom it has denied, and whose witness it is, when it was started anew', async () => {
    const bench = await Bench.opened();
    await bench.virtual.run(lapseMs);
    await bench.enrol(2);
    await bench.deny(1);

    await bench.restart();

    expect((await bench.ask('promise', 1)).type).toBe('refused');
    expect((await bench.ask('promise', 2)).type).toBe('promised');
    expect((await bench.deny(1)).type).toBe('denied');
  });

  test('has denied only what is on its disk, and promises nothing meanwhile', async () => {
    const bench = await Bench.opened();
    await bench.virtual.run(lapseMs);
    await bench.enrol(1);
    let isDenied = false;

    void bench.witness.deny({ agent: 'a', incarnation: 1 }).then(() => {
      isDenied = true;
    });
    await bench.virtual.run(diskMs - 1);

    expect(isDenied).toBe(false);
    expect((await bench.ask('promise', 1)).type).toBe('refused');
    await bench.virtual.run(1);
    expect(isDenied).toBe(true);
  });

  test.each([
    ['lost', (bench: Bench) => bench.restart({ onEmptyDisk: true })],
    [
      'damaged, also where an older line of it can be read',
      async (bench: Bench) => {
        await bench.enrol(2);
        bench.disk.damage('torn', { integer: (_: number, to: number) => to - 5 } as never);
        await bench.restart();
      },
    ],
  ])('is a stranger to everybody when its disk was %s', async (_, lose) => {
    const bench = await Bench.opened();
    await bench.enrol(1);

    await lose(bench);

    expect((await bench.ask('promise', 1)).type).toBe('stranger');
  });

  test('is one of so many agents, and no more', async () => {
    const bench = await Bench.opened();
    const enrol = { type: 'enrol', incarnation: 1, forMs: lapseMs } as const;
    const enrolled = (name: string) =>
      bench.virtual.settled(bench.witness.answer(name, enrol)).then(({ type }) => type);
    for (let index = 1; index < witnessedMax; index += 1)
      void bench.witness.answer(`b-${index}`, enrol);

    expect(await enrolled('last')).toBe('enrolled');
    expect(await enrolled('too-many')).toBe('stranger');
  });
});

const incarnation = fc.integer({ min: 1, max: 3 });
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('enrol' as const), incarnation }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('promise' as const), incarnation }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deny' as const), incarnation }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      forMs: fc.constantFrom(1, diskMs + 1, 1_000, lapseMs),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

/** What a witness has said, and whether it may say that. */
class Heard {
  promises = 0;
  denials = 0;
  readonly wrong: string[] = [];
  #denied = 0;
  readonly #livesUntil = new Map<number, number>();

  note(type: string, of: number, atMs: number): void {
    if (type === 'promised') {
      this.promises += 1;
      if (of <= this.#denied) this.wrong.push(`it promises ${of}, and has denied ${this.#denied}`);
      this.#livesUntil.set(of, atMs + lapseMs);
    } else if (type === 'denied') {
      this.denials += 1;
      this.#denied = Math.max(this.#denied, of);
      for (const [promised, untilMs] of this.#livesUntil) {
        if (promised <= of && atMs < untilMs)
          this.wrong.push(`it denies ${of} while ${promised} lives`);
      }
    }
  }
}

describe('R17: whatever a witness is asked, and whenever it is killed', () => {
  test('it never promises what it has denied, and never denies while a promise lives', async () => {
    let promises = 0;
    let denials = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const bench = await Bench.opened();
        const heard = new Heard();
        for (const one of steps) {
          if (one.do === 'wait') await bench.virtual.run(one.forMs);
          else if (one.do === 'restart') await bench.restart();
          else {
            // Nobody waits for the answer, so that questions overlap, and the process dies in between.
            const answered: Promise<{ readonly type: string }> =
              one.do === 'deny'
                ? bench.witness.deny({ agent: 'a', incarnation: one.incarnation })
                : bench.witness.answer('a', {
                    type: one.do,
                    incarnation: one.incarnation,
                    forMs: lapseMs,
                  });
            void answered.then(({ type }) => {
              heard.note(type, one.incarnation, bench.virtual.time.nowMs);
            });
            await Promise.resolve();
          }
        }
        await bench.virtual.run(10);
        expect(heard.wrong).toEqual([]);
        promises += heard.promises;
        denials += heard.denials;
      }),
      { seed: 1, numRuns: 200 },
    );
    // Both were seen, so that the test is about something.
    expect(Math.min(promises, denials)).toBeGreaterThan(30);
  });
});
