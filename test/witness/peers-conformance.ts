import { expect } from 'vitest';
import type { WitnessAsk } from '../../machines/protocol/witness-messages.ts';
import { datagramBytesMax, DatagramTooLarge } from '../../src/ports/datagrams.ts';
import { NoAnswer } from '../../src/witness/signed-peers.ts';
import { key, type PeersBench } from './peers-bench.ts';

export interface PeersCase {
  readonly name: string;
  run(bench: PeersBench): Promise<void>;
}

const ask: WitnessAsk = { type: 'promise', incarnation: 7 };
const soonMs = 2_000;
/** Where no answer is expected, nobody waits for long. */
const shortlyMs = 50;

/** What agents and witnesses rely on; the same cases run over real UDP and in the virtual world. */
export const peersCases: readonly PeersCase[] = [
  {
    name: 'carries questions and answers, whichever life of the witness answers',
    async run(bench) {
      const asker = await bench.peers('a');
      const first = await bench.witness();
      expect(await asker.ask('w', ask, soonMs)).toEqual({ type: 'promised', incarnation: 7 });
      await first.close();
      await bench.witness();
      expect((await asker.ask('w', ask, soonMs)).type).toBe('promised');
      expect(bench.asked).toEqual([ask, ask]);
    },
  },
  {
    name: 'answers several questions at once, also where the witness is not known yet',
    async run(bench) {
      const asker = await bench.peers('a');
      await bench.witness();
      const asks = [1, 2, 3].map((incarnation) => ({ type: 'check', incarnation }) as const);
      const answers = await Promise.all(asks.map((each) => asker.ask('w', each, soonMs)));
      expect(answers.map(({ incarnation }) => incarnation)).toEqual([1, 2, 3]);
    },
  },
  {
    name: 'says so where nobody answers in time',
    async run(bench) {
      const asker = await bench.peers('a');
      await expect(asker.ask('w', ask, shortlyMs)).rejects.toThrow(NoAnswer);
      await expect(asker.ask('w', ask, shortlyMs)).rejects.toThrow(
        'w has not answered within 50 ms',
      );
    },
  },
  {
    name: 'drops garbage without a word, and goes on',
    async run(bench) {
      const asker = await bench.peers('a');
      const witness = await bench.witness();
      const stranger = await bench.way.open('stranger');
      const answered: string[] = [];
      stranger.listen((data) => answered.push(data));
      const signature = 'f'.repeat(64);
      const garbage = [
        '',
        '.',
        '{}',
        `${signature}.`,
        `${signature}.{}`,
        `${signature}.\u0000`,
        'x'.repeat(datagramBytesMax),
      ];
      for (const data of garbage) stranger.send(bench.way.addressOf('w'), data);
      await bench.way.until('all of it was dropped', () => witness.dropped === garbage.length);
      expect((await asker.ask('w', ask, soonMs)).type).toBe('promised');
      expect(answered).toEqual([]);
      const told = bench.log.lines.filter(({ level }) => level === 'warn');
      expect(told.map(({ message }) => message)).toEqual([
        'a datagram that nobody signed for this agent was dropped',
      ]);
      expect(JSON.stringify(bench.log.lines)).not.toContain(key);
    },
  },
  {
    name: 'refuses what is signed with another key',
    async run(bench) {
      const asker = await bench.peers('a', { keys: ['another key'] });
      const witness = await bench.witness();
      await expect(asker.ask('w', ask, shortlyMs)).rejects.toThrow(NoAnswer);
      expect(bench.asked).toEqual([]);
      expect(witness.dropped).toBe(1);
    },
  },
  {
    name: 'believes each of several keys, so that they can be replaced one after the other',
    async run(bench) {
      const asker = await bench.peers('a', { keys: ['the new one', key] });
      await bench.witness([key, 'the new one']);
      expect((await asker.ask('w', ask, soonMs)).type).toBe('promised');
    },
  },
  {
    name: 'refuses what was changed on its way',
    async run(bench) {
      const asker = await bench.peers('a');
      const witness = await bench.witness();
      await asker.ask('w', ask, soonMs);
      const question = bench.sent.findLast(({ to }) => to === bench.way.addressOf('w'));
      const changed = question?.data.replace('"incarnation":7', '"incarnation":8') ?? '';
      expect(changed).not.toBe(question?.data);
      (await bench.way.open('stranger')).send(bench.way.addressOf('w'), changed);
      await bench.way.until('it was dropped', () => witness.dropped === 1);
      expect(bench.asked).toEqual([ask]);
    },
  },
  {
    name: 'hears no question twice, neither in this life of the witness nor in the next one',
    async run(bench) {
      const asker = await bench.peers('a');
      const witness = await bench.witness();
      await asker.ask('w', ask, soonMs);
      await asker.ask('w', ask, soonMs);
      const questions = bench.sent.filter(({ to }) => to === bench.way.addressOf('w'));
      const stranger = await bench.way.open('stranger');
      for (const { to, data } of questions.slice(1)) stranger.send(to, data);
      await bench.way.until('they were dropped', () => witness.dropped === 2);
      await witness.close();
      await bench.witness();
      const answered: string[] = [];
      stranger.listen((data) => answered.push(data));
      for (const { to, data } of questions) stranger.send(to, data);
      // Each is told that the life which it names is over, and that is all.
      await bench.way.until('they were answered', () => answered.length === questions.length);
      expect(answered.every((data) => data.includes('"kind":"life"'))).toBe(true);
      expect(bench.asked).toHaveLength(2);
    },
  },
  {
    name: 'believes no answer twice, and none to another question',
    async run(bench) {
      const asker = await bench.peers('a');
      await bench.witness();
      await asker.ask('w', ask, soonMs);
      const answers = bench.sent.filter(({ to }) => to === bench.way.addressOf('a'));
      bench.answer = ({ incarnation }) => ({ type: 'refused', incarnation });
      const stranger = await bench.way.open('stranger');
      const next = asker.ask('w', ask, soonMs);
      for (const { to, data } of answers) stranger.send(to, data);
      expect((await next).type).toBe('refused');
      await bench.way.until('the old ones were dropped', () => asker.dropped === answers.length);
    },
  },
  {
    name: 'turns nothing round: what was sent by one agent is not heard as sent to it',
    async run(bench) {
      const asker = await bench.peers('a');
      await bench.witness();
      asker.serve(() => Promise.reject(new Error('nobody asks it')));
      await asker.ask('w', ask, soonMs);
      const stranger = await bench.way.open('stranger');
      const question = bench.sent.findLast(({ to }) => to === bench.way.addressOf('w'));
      stranger.send(bench.way.addressOf('a'), question?.data ?? '');
      await bench.way.until('it was dropped', () => asker.dropped === 1);
    },
  },
  {
    name: 'sends nothing that is larger than the limit, and everything up to it',
    async run(bench) {
      const heard: string[] = [];
      (await bench.way.open('w')).listen((data) => heard.push(data));
      const sender = await bench.way.open('a');
      const largest = 'ä'.repeat(datagramBytesMax / 2);
      expect(() => sender.send(bench.way.addressOf('w'), `${largest}.`)).toThrow(DatagramTooLarge);
      sender.send(bench.way.addressOf('w'), largest);
      await bench.way.until('it has arrived', () => heard.length > 0);
      expect(heard).toEqual([largest]);
    },
  },
  {
    name: 'sends and hears nothing when it was closed',
    async run(bench) {
      const heard: string[] = [];
      const receiver = await bench.way.open('w');
      receiver.listen((data) => heard.push(data));
      const sender = await bench.way.open('a');
      await sender.close();
      sender.send(bench.way.addressOf('w'), 'too late');
      await receiver.close();
      (await bench.way.open('a')).send(bench.way.addressOf('w'), 'nobody there');
      await bench.way.quiet();
      expect(heard).toEqual([]);
    },
  },
];
