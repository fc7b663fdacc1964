import { describe, expect, test } from 'vitest';
import type { Transition } from '../../src/client/api-client.ts';
import type { ProbeAnswer } from '../../src/demo/prober.ts';
import { firstGoodAnswer, outcomeOf, type Story, transitionsAfter } from '../../src/demo/story.ts';
import { stepLine, timeline, transitionLine } from '../../src/demo/timeline.ts';

const killedAt = 1_000;
let sequence = 0;

function step(atMs: number, of: Partial<Transition>): Transition {
  sequence += 1;
  return {
    sequence,
    at: new Date(killedAt + atMs),
    kind: 'load-balancer',
    id: 'lb',
    from: '',
    to: '',
    event: 'x',
    binding: null,
    reason: null,
    ...of,
  };
}

const seat = (agent: string, epoch: number) => ({ agent, incarnation: 1, epoch });
const answer = (startedMs: number, endedMs: number, ok: boolean, detail: string): ProbeAnswer => ({
  startedAt: killedAt + startedMs,
  endedAt: killedAt + endedMs,
  ok,
  detail,
});

const transitions = [
  step(-50, { from: 'rebinding', to: 'bound.settled', binding: seat('a', 1) }),
  step(20, { kind: 'agent', id: 'a', from: 'alive', to: 'suspect', reason: 'its end is told' }),
  step(200, { kind: 'agent', id: 'b', from: 'alive', to: 'dead' }),
  step(230, { kind: 'agent', id: 'a', from: 'suspect', to: 'dead' }),
  step(231, { from: 'orphaned', to: 'rebinding', binding: seat('b', 2) }),
  step(400, { from: 'rebinding', to: 'bound.settled', binding: seat('b', 2) }),
];
const answers = [
  answer(-10, 5, true, 'late, but from before the kill'),
  answer(30, 31, false, 'refused'),
  answer(10, 40, false, 'reset'),
  answer(300, 410, true, 'backend-2'),
  answer(310, 390, true, 'backend-1'),
];
const told: Story = {
  killedAt,
  loadBalancer: 'lb',
  before: { agent: 'a', epoch: 1 },
  transitions,
  answers,
  newProcesses: [42],
};

describe('the outcome of a takeover', () => {
  test('is measured from the kill, by what came after it', () => {
    expect(outcomeOf(told)).toEqual({
      ok: true,
      agentBefore: 'a',
      agentAfter: 'b',
      epochBefore: 1,
      epochAfter: 2,
      detectMs: 230,
      reboundMs: 400,
      trafficGapMs: 390,
      failedRequests: 2,
      totalRequests: 5,
      cameHomeClean: null,
      drainFailedRequests: null,
    });
  });

  test.each<[string, Partial<Story>]>([
    ['nobody took over', { transitions: transitions.slice(0, -1) }],
    ['the same agent is bound again', { before: { agent: 'b', epoch: 1 } }],
    ['the epoch did not grow', { before: { agent: 'a', epoch: 2 } }],
    ['no request that was sent after the kill was answered', { answers: answers.slice(0, 3) }],
    ['nothing new serves', { newProcesses: [] }],
  ])('is not good where %s', (_, change) => {
    expect(outcomeOf({ ...told, ...change }).ok).toBe(false);
  });

  test('of what never came is null', () => {
    const nothing = { ...told, transitions: [], answers: [], newProcesses: [] };

    expect(outcomeOf(nothing)).toMatchObject({
      agentAfter: null,
      epochAfter: null,
      detectMs: null,
      reboundMs: null,
      trafficGapMs: null,
      failedRequests: 0,
      totalRequests: 0,
    });
  });
});

test('the first good answer is the one that ended first, of those sent after the kill', () => {
  expect(firstGoodAnswer(told)?.detail).toBe('backend-1');
  expect(firstGoodAnswer({ ...told, answers: answers.slice(0, 3) })).toBeNull();
});

test('a transition in the millisecond of the kill counts as after it', () => {
  const within = { ...told, killedAt: killedAt + 20.7 };

  expect(transitionsAfter(within).map(({ to }) => to)).toEqual([
    'suspect',
    'dead',
    'dead',
    'rebinding',
    'bound.settled',
  ]);
});

describe('the timeline', () => {
  test('tells in order what happened, the client beside the control plane', () => {
    expect(timeline(told)).toEqual([
      '       +0 ms  a              killed, and its HAProxy with it (SIGKILL)',
      '      +20 ms  a              alive → suspect: its end is told',
      '      +31 ms  client         the first request fails (refused)',
      '     +200 ms  b              alive → dead',
      '     +230 ms  a              suspect → dead',
      '     +231 ms  load balancer  orphaned → rebinding (b, epoch 2)',
      '     +390 ms  client         the first good answer after the kill, from backend-1',
      '     +400 ms  load balancer  rebinding → bound.settled (b, epoch 2)',
    ]);
  });

  test('without a good answer has no line for one', () => {
    const lines = timeline({ ...told, transitions: [], answers: [] });

    expect(lines).toEqual([
      '       +0 ms  a              killed, and its HAProxy with it (SIGKILL)',
    ]);
  });

  test('has room for no time, and for times before the kill', () => {
    expect(stepLine(null, 'client', 'waits')).toBe('              client         waits');
    expect(stepLine(-3.4, 'client', 'waits')).toBe('       -3 ms  client         waits');
  });

  test('tells the first state of an actor without an arrow', () => {
    const born = step(0, { kind: 'agent', id: 'agent-1', to: 'joining' });

    expect(transitionLine(born, null).trim()).toBe('agent-1        joining');
  });
});
