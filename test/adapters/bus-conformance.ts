import { expect } from 'vitest';
import { type Bus, payloadBytesMax } from '../../src/ports/bus.ts';
import { until } from './until.ts';

/** Two processes on one bus, made anew for each case; subjects are the case's own. */
export interface BusPair {
  readonly one: Bus;
  readonly two: Bus;
}

export interface BusCase {
  readonly name: string;
  run(pair: BusPair): Promise<void>;
}

const timeoutMs = 5_000;

/** Subscribes and waits until the server knows of it. */
async function listening(
  bus: Bus,
  ...[subject, handle, options]: Parameters<Bus['subscribe']>
): Promise<ReturnType<Bus['subscribe']>> {
  const subscription = bus.subscribe(subject, handle, options);
  await bus.ping(timeoutMs);
  return subscription;
}

/** What every bus does; the same cases run against the twin and against a real server. */
export const busCases: readonly BusCase[] = [
  {
    name: 'delivers what is published, in order, and never at once',
    async run({ one, two }) {
      const heard: string[] = [];
      await listening(two, 'hf.test.order', ({ data }) => heard.push(data));
      for (let index = 0; index < 100; index += 1) one.publish('hf.test.order', `${index}`);
      expect(heard).toEqual([]);
      await until('all messages are there', () => heard.length === 100);
      expect(heard).toEqual(Array.from({ length: 100 }, (_, index) => `${index}`));
    },
  },
  {
    name: 'delivers to the sender too, if it listens',
    async run({ one }) {
      const heard: string[] = [];
      await listening(one, 'hf.test.echo', ({ data }) => heard.push(data));
      one.publish('hf.test.echo', 'self');
      await until('the echo is there', () => heard.length === 1);
    },
  },
  {
    name: 'matches * for one token and > for one or more',
    async run({ one, two }) {
      const heard: string[] = [];
      await listening(two, 'hf.test.*.leaf', ({ subject }) => heard.push(`star ${subject}`));
      await listening(two, 'hf.test.tree.>', ({ subject }) => heard.push(`rest ${subject}`));
      for (const subject of ['hf.test.tree', 'hf.test.tree.leaf', 'hf.test.tree.a.b', 'hf.end']) {
        one.publish(subject, '');
      }
      await listening(two, 'hf.test.done', () => heard.push('done'));
      one.publish('hf.test.done', '');
      await until('the last message is there', () => heard.includes('done'));
      expect(heard.toSorted()).toEqual([
        'done',
        'rest hf.test.tree.a.b',
        'rest hf.test.tree.leaf',
        'star hf.test.tree.leaf',
      ]);
    },
  },
  {
    name: 'stops delivering after unsubscribe',
    async run({ one, two }) {
      const heard: string[] = [];
      const subscription = await listening(two, 'hf.test.stop', ({ data }) => heard.push(data));
      await listening(two, 'hf.test.after', ({ data }) => heard.push(data));
      subscription.unsubscribe();
      await two.ping(timeoutMs);
      one.publish('hf.test.stop', 'too late');
      one.publish('hf.test.after', 'after');
      await until('the later message is there', () => heard.includes('after'));
      expect(heard).toEqual(['after']);
    },
  },
  {
    name: 'answers a request with the reply',
    async run({ one, two }) {
      await listening(two, 'hf.test.ask', (message) => message.reply(`you said ${message.data}`));
      expect(await one.request('hf.test.ask', 'grüße', timeoutMs)).toBe('you said grüße');
    },
  },
  {
    name: 'takes the first reply and ignores later ones',
    async run({ one, two }) {
      await listening(two, 'hf.test.twice', (message) => {
        message.reply('first');
        message.reply('second');
      });
      expect(await one.request('hf.test.twice', '', timeoutMs)).toBe('first');
      expect(await one.request('hf.test.twice', '', timeoutMs)).toBe('first');
    },
  },
  {
    name: 'keeps many requests apart',
    async run({ one, two }) {
      await listening(two, 'hf.test.many', (message) => message.reply(message.data));
      const asked = Array.from({ length: 200 }, (_, index) => `${index}`);
      const answers = asked.map((data) => one.request('hf.test.many', data, timeoutMs));
      expect(await Promise.all(answers)).toEqual(asked);
    },
  },
  {
    name: 'rejects a request at once when nobody listens',
    async run({ one }) {
      const asked = one.request('hf.test.nobody', '', 60_000);
      await expect(asked).rejects.toMatchObject({ name: 'NoResponders' });
    },
  },
  {
    name: 'rejects a request that nobody answers in time',
    async run({ one, two }) {
      await listening(two, 'hf.test.silent', () => undefined);
      const asked = one.request('hf.test.silent', '', 50);
      await expect(asked).rejects.toMatchObject({ name: 'RequestTimeout' });
    },
  },
  {
    name: 'gives each message to one member of a queue group, and to all others',
    async run({ one, two }) {
      const group: string[] = [];
      const all: string[] = [];
      for (const bus of [one, two]) {
        await listening(bus, 'hf.test.queue', ({ data }) => group.push(data), { queue: 'q' });
      }
      await listening(two, 'hf.test.queue', ({ data }) => all.push(data));
      await listening(two, 'hf.test.queue.end', () => all.push('end'));
      for (let index = 0; index < 20; index += 1) one.publish('hf.test.queue', `${index}`);
      one.publish('hf.test.queue.end', '');
      await until('all are served', () => all.includes('end') && group.length >= 20);
      await Promise.all([one.ping(timeoutMs), two.ping(timeoutMs)]);
      expect(group.toSorted()).toEqual(all.filter((data) => data !== 'end').toSorted());
    },
  },
  {
    name: 'carries a payload at the limit, and refuses one byte more before sending it',
    async run({ one, two }) {
      await listening(two, 'hf.test.big', (message) => message.reply(`${message.data.length}`));
      const atLimit = 'x'.repeat(payloadBytesMax);
      expect(await one.request('hf.test.big', atLimit, timeoutMs)).toBe(`${payloadBytesMax}`);
      const above = `${'x'.repeat(payloadBytesMax - 1)}ü`;
      const refusal = { name: 'PayloadTooLarge' };
      await expect(one.request('hf.test.big', above, timeoutMs)).rejects.toMatchObject(refusal);
      expect(() => one.publish('hf.test.big', above)).toThrow(expect.objectContaining(refusal));
      expect(one.status()).toBe('connected');
    },
  },
  {
    name: 'survives a handler that throws',
    async run({ one, two }) {
      await listening(two, 'hf.test.broken', (message) => {
        JSON.parse(message.data);
        message.reply('fine');
      });
      await expect(one.request('hf.test.broken', '{torn', 50)).rejects.toMatchObject({
        name: 'RequestTimeout',
      });
      expect(await one.request('hf.test.broken', '{}', timeoutMs)).toBe('fine');
    },
  },
  {
    name: 'a reply to what was only published goes nowhere',
    async run({ one, two }) {
      let heard = 0;
      await listening(two, 'hf.test.plain', (message) => {
        message.reply('thanks');
        heard += 1;
      });
      one.publish('hf.test.plain', '');
      await until('the message is there', () => heard === 1);
    },
  },
  {
    name: 'refuses everything once closed',
    async run({ one }) {
      const seen: string[] = [];
      one.onStatus((status) => seen.push(status));
      await one.close();
      const refusal = { name: 'BusUnavailable' };
      expect(one.status()).toBe('closed');
      await until('the listener is told', () => seen.includes('closed'));
      expect(() => one.publish('hf.test.x', '')).toThrow(expect.objectContaining(refusal));
      expect(() => one.subscribe('hf.test.x', () => undefined)).toThrow(
        expect.objectContaining(refusal),
      );
      await expect(one.request('hf.test.x', '', 100)).rejects.toMatchObject(refusal);
      await expect(one.ping(100)).rejects.toMatchObject(refusal);
    },
  },
  {
    name: 'sends what was published before it closes',
    async run({ one, two }) {
      const heard: string[] = [];
      await listening(two, 'hf.test.last', ({ data }) => heard.push(data));
      one.publish('hf.test.last', 'words');
      await one.close();
      await until('the last words are there', () => heard.length === 1);
    },
  },
];
