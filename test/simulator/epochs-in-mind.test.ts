import { expect, test } from 'vitest';
import { EpochsInMind } from '../../simulator/evidence/epochs-in-mind.ts';

const id = 'lb-1';

/** An agent that has configured a load balancer by epoch 7, and is heard or not. */
function holderOfSeven() {
  const agent = { state: 'serving', devices: () => new Map([[id, 'bound']]) };
  const host = { lives: 1, isAwake: true };
  const inMind = new EpochsInMind({
    agent: () => agent as never,
    agentIds: () => ['agent-1'],
    agentHosts: new Map([['agent-1', host as never]]),
    controllerHosts: new Map([['controller-1', host as never]]),
  });
  const entry = { at: 0, lb: id, agent: 'agent-1', generation: 1, kind: 'applied' } as const;
  inMind.held({ ...entry, epoch: 7 });
  const isKnown = (epoch: number, write = 'new') => inMind.known(id, epoch, 'controller-1', write);
  return { agent, host, inMind, isKnown };
}

test('an epoch is known while an agent that is heard holds it, or one above', () => {
  const { agent, isKnown } = holderOfSeven();

  expect([6, 7, 8].map((epoch) => isKnown(epoch))).toEqual([true, true, false]);
  agent.state = 'isolated';

  expect(isKnown(7)).toBe(false);
});

test('an agent that is paused is not heard, whatever it takes itself for', () => {
  const { host, isKnown } = holderOfSeven();

  host.isAwake = false;

  expect(isKnown(7)).toBe(false);
});

test('for a write that had to wait counts what was known when it was tried first', () => {
  const { agent, inMind, isKnown } = holderOfSeven();
  agent.state = 'isolated';
  inMind.delayed(id, 'late');
  agent.state = 'serving';
  inMind.delayed(id, 'late');
  inMind.delayed(id, 'later');

  expect([isKnown(7, 'late'), isKnown(7, 'later'), isKnown(7)]).toEqual([false, true, true]);
});

test('what its controller has read is known to it, whenever it writes', () => {
  const { agent, inMind, isKnown } = holderOfSeven();
  agent.state = 'isolated';
  inMind.delayed(id, 'late');

  inMind.read('controller-1', id, 7);

  expect(isKnown(7, 'late')).toBe(true);
});
