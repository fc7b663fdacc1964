import { assign, createActor, createMachine, fromCallback } from 'xstate';
import { describe, expect, test } from 'vitest';
import { type LivenessEvent, livenessMachine } from '../../machines/liveness/machine.ts';
import { Coverage } from '../../simulator/coverage/coverage.ts';
import { stateNames, statesEntered, transitionNames } from '../../simulator/coverage/index.ts';
import { transitions } from '../../simulator/coverage/transitions.ts';
import { unreachable } from '../../simulator/coverage/unreachable.ts';
import { agentDescription } from '../fixtures/agent-description.ts';

function registered(incarnation: number): LivenessEvent {
  const description = agentDescription();
  const limits = { flapWindowMs: 1, flapQuietMs: 1 };
  const told = { agent: 'agent-1', incarnation, description, limits, term: 1, at: 0 };
  return { type: 'registered', ...told };
}

const actors = { quietTime: fromCallback(() => undefined) };

describe('the list of transitions', () => {
  test('has one name for each', () => {
    const names = transitions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('names the machine, the state, the event, the branch and where it leads', () => {
    expect(transitionNames).toEqual(
      expect.arrayContaining([
        'load-balancer.bound.applying: driven.applied [currentComplete] -> bound.settled',
        'load-balancer.pending: place [otherwise]',
        'liveness.suspect: probe.nobody [current] -> dead',
        'agent: stop -> draining',
        'device.active: device.down [otherwise] -> failing',
      ]),
    );
  });

  test('leaves out what changes nothing, and what is never expected', () => {
    const names = transitions.map(({ name }) => name).join('\n');
    expect(names).not.toMatch(/sameDesired|driven\.\*|: \*/);
  });

  test('leads to every state in which no machine begins', () => {
    const entered = statesEntered(new Set(transitionNames));
    expect(stateNames.filter((name) => !entered.has(name))).toEqual([]);
    expect([...statesEntered(new Set())].toSorted()).toEqual([
      'agent.connecting',
      'device.absent',
      'liveness.joining',
      'load-balancer.pending',
    ]);
  });

  test('says why something in it can not be taken', () => {
    const names = new Set(transitions.map(({ name }) => name));
    for (const [name, reason] of unreachable) {
      expect(names).toContain(name);
      expect(reason).not.toBe('');
    }
  });
});

describe('what machines do', () => {
  test('is seen while somebody looks, also in a copy with other parts', () => {
    const coverage = new Coverage();
    coverage.begin();
    const copy = livenessMachine.provide({
      actions: { noteRegistered: assign({ since: 7 }) },
      actors,
    });
    createActor(copy).start().send(registered(1));
    expect(coverage.end()).toEqual(['liveness: registered [newer] -> alive']);
  });

  test('is not seen before and afterwards, and not of machines of others', () => {
    const actor = createActor(livenessMachine.provide({ actors })).start();
    actor.send(registered(0));
    const coverage = new Coverage();
    coverage.begin();
    const stranger = createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } });
    createActor(stranger).start().send({ type: 'go' });
    expect(coverage.end()).toEqual([]);
    actor.send(registered(1));
    expect(coverage.end()).toEqual([]);
  });
});
