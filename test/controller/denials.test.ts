import { describe, expect, test } from 'vitest';
import { initialLivenessContext, type LivenessContext } from '../../machines/liveness/context.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { Deny, type DenyReply, witnessSet } from '../../machines/protocol/witness-messages.ts';
import { presets } from '../../machines/timings/timings.ts';
import { MemoryBroker } from '../../src/adapters/memory-bus.ts';
import { Denials } from '../../src/controller/liveness/denials.ts';
import { Lapses } from '../../src/controller/liveness/lapses.ts';
import { recordingLog } from '../adapters/recording-log.ts';
import { agentDescription } from '../fixtures/agent-description.ts';
import { Virtual } from '../host/support/virtual.ts';

const { lapseMs, heartbeatMs } = presets.lan;
const tickMs = heartbeatMs / 4;

/** A judge of agent-1, whose incarnation 5 is over, and three witnesses that the test plays. */
class Bench {
  readonly virtual = new Virtual();
  readonly log = recordingLog();
  readonly lapsed: number[] = [];
  readonly asked: string[] = [];
  context: LivenessContext = {
    ...initialLivenessContext,
    agent: 'agent-1',
    incarnation: 5,
    description: agentDescription({ witnesses: witnessSet(['w1', 'w2', 'w3']) }),
  };
  reply: (witness: string, asked: Deny) => DenyReply | null = (_, asked) => ({
    type: 'denied',
    ...asked,
  });
  readonly #lapses: Lapses;

  constructor(present: readonly string[] = ['w1', 'w2', 'w3']) {
    const { clock } = this.virtual;
    const broker = new MemoryBroker(clock, { delayMs: () => 1 });
    const bus = broker.connect('controller/judge');
    for (const id of present) {
      broker.connect(`agent/${id}/1`).subscribe(subjects.down(id, 'deny'), (message) => {
        this.asked.push(id);
        const reply = this.reply(id, Deny.parse(JSON.parse(message.data)));
        if (reply !== null) message.reply(JSON.stringify(reply));
      });
    }
    const denials = new Denials({
      ...{ bus, clock, log: this.log, timings: presets.lan },
      context: () => this.context,
    });
    this.#lapses = new Lapses({
      ...{ clock, lapseMs },
      isOver: (_, incarnation) => incarnation <= 5,
      denied: (agent, incarnation) => denials.prove(agent, incarnation),
      lapsed: (_, incarnation) => this.lapsed.push(incarnation),
    });
    this.#lapses.given('agent-1', 5);
  }

  async after(forMs: number): Promise<readonly number[]> {
    for (let leftMs = forMs; leftMs > 0; leftMs -= tickMs) {
      await this.virtual.run(Math.min(leftMs, tickMs));
      this.#lapses.look();
    }
    return this.lapsed;
  }
}

describe('R17: an agent with witnesses has lapsed', () => {
  test('when enough have denied it, and not before its judge’s own time is up', async () => {
    const bench = new Bench();

    expect(await bench.after(lapseMs - 1)).toEqual([]);
    expect(await bench.after(1)).toEqual([5]);
    // For ever, so each is asked once.
    expect(bench.asked).toEqual(['w1', 'w2', 'w3']);
  });

  test('V21: not by the word of too few, however long that takes', async () => {
    const bench = new Bench(['w1']);

    expect(await bench.after(60_000)).toEqual([]);

    const [warning] = bench.log.lines.filter(({ level }) => level === 'warn');
    expect(warning?.fields).toMatchObject({ agent: 'agent-1', incarnation: 5 });
    expect(JSON.stringify(warning?.fields)).toContain('w2');
    expect(JSON.stringify(warning?.fields)).not.toContain('w1');
  });

  test('V20: not while a promise may live; it is asked again', async () => {
    const bench = new Bench();
    bench.reply = (witness, asked) =>
      witness === 'w1' ? { type: 'denied', ...asked } : { type: 'waits', forMs: 1_000 };
    expect(await bench.after(20_000)).toEqual([]);

    bench.reply = (_, asked) => ({ type: 'denied', ...asked });

    expect(await bench.after(2 * heartbeatMs)).toEqual([5]);
    expect(bench.asked.filter((id) => id === 'w1')).toHaveLength(1);
  });

  test.each([
    ['of another incarnation', { incarnation: 4 }],
    ['of another agent', { agent: 'agent-2' }],
  ])('not by a denial %s', async (_, change) => {
    const bench = new Bench();
    bench.reply = (__, asked) => ({ type: 'denied', ...asked, ...change });

    expect(await bench.after(20_000)).toEqual([]);
  });

  test('not by witnesses that it has now: those that its former life had must have denied it', async () => {
    const bench = new Bench(['w1', 'w2', 'w3', 'x1', 'x2', 'x3']);
    const former = { incarnation: 4, witnesses: witnessSet(['x1', 'x2', 'x3']) };
    bench.context = { ...bench.context, formerWitnesses: [former] };
    bench.reply = (witness, asked) =>
      witness.startsWith('x') ? { type: 'waits', forMs: 1 } : { type: 'denied', ...asked };
    expect(await bench.after(20_000)).toEqual([]);

    bench.reply = (_, asked) => ({ type: 'denied', ...asked });

    expect(await bench.after(2 * heartbeatMs)).toEqual([5]);
  });

  test('as ever where it has no witnesses', async () => {
    const bench = new Bench([]);
    bench.context = { ...initialLivenessContext, agent: 'agent-1', incarnation: 5 };

    expect(await bench.after(lapseMs)).toEqual([5]);
  });
});
