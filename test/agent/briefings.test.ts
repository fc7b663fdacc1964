import { expect, test } from 'vitest';
import type { CommandMessage } from '../../machines/protocol/agent-messages.ts';
import { Briefings } from '../../src/agent/briefings.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';

const ids = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
const [first = '', second = '', third = ''] = ids;

const document = (name: string) => loadBalancerDocument({ name });
const short = (loadBalancer: string, write: string): CommandMessage => ({
  loadBalancer,
  epoch: 2,
  incarnation: 1,
  generation: 1,
  status: 'live',
  grant: true,
  device: 'memory',
  document: null,
  briefed: write,
  requestId: null,
});

test('a command without its document gets the one of that very write, however often it comes', () => {
  const briefings = new Briefings();
  briefings.take({ loadBalancer: first, write: 'w1', document: document('old') }, 10);
  briefings.take({ loadBalancer: first, write: 'w2', document: document('new') }, 10);

  expect(briefings.whole(short(first, 'w2'))?.document.name).toBe('new');
  expect(briefings.whole(short(first, 'w2'))?.document.name).toBe('new');
});

test('another write than the newest that was told is not known, nor is another load balancer', () => {
  const briefings = new Briefings();
  briefings.take({ loadBalancer: first, write: 'w1', document: document('old') }, 10);
  briefings.take({ loadBalancer: second, write: 'w2', document: document('new') }, 10);

  expect(briefings.whole(short(first, 'w2'))).toBeNull();
  expect(briefings.whole(short(third, 'w1'))).toBeNull();
});

test('a command that brings its document is taken as it is', () => {
  const briefings = new Briefings();
  briefings.take({ loadBalancer: first, write: 'w1', document: document('old') }, 10);

  const whole = briefings.whole({ ...short(first, 'w1'), document: document('newest') });

  expect(whole).toMatchObject({ loadBalancer: first, document: { name: 'newest' } });
  expect(whole).not.toHaveProperty('briefed');
  expect(briefings.whole(short(first, 'w1'))).toBeNull();
});

test('as many characters as may be are kept, and with one more the oldest make room', () => {
  const full = new Briefings(100);
  full.take({ loadBalancer: first, write: 'w1', document: document('one') }, 50);
  full.take({ loadBalancer: second, write: 'w2', document: document('two') }, 50);
  full.take({ loadBalancer: first, write: 'w3', document: document('one') }, 50);
  expect(full.whole(short(second, 'w2'))?.document.name).toBe('two');

  full.take({ loadBalancer: third, write: 'w4', document: document('three') }, 51);
  expect(full.whole(short(first, 'w3'))).toBeNull();
  expect(full.whole(short(third, 'w4'))?.document.name).toBe('three');
});
