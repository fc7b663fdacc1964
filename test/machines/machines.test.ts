import { type AnyStateMachine, createActor, fromCallback, fromPromise } from 'xstate';
import { describe, expect, test } from 'vitest';
import type { LoadBalancerContext } from '../../machines/load-balancer/context.ts';
import { unexpected } from '../../machines/unexpected.ts';
import { countUnexpected, worker } from '../../src/host/children.ts';
import { recordingLog } from '../adapters/recording-log.ts';
import { actionsOf, allEvents, explore, leavesOf, type Situation } from './support/explore.ts';
import { subjects } from './support/subjects.ts';

/** Plain data, so that an inspector, a picture or a diff can read it. */
function functionsIn(value: unknown, path: string): readonly string[] {
  if (typeof value === 'function') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => functionsIn(part, `${path}.${key}`));
}

/** The names of the actors that a machine invokes. */
function childrenOf(machine: AnyStateMachine): readonly string[] {
  return Object.keys(machine.implementations.actors);
}

/** What a snapshot knows of its children. */
type Children = Readonly<Record<string, { readonly src: unknown }>>;

/** Starts the machine where the situation left it, with these in place of its parts. */
function startedIn({ snapshot }: Situation, machine: AnyStateMachine) {
  const persisted = JSON.parse(JSON.stringify(machine.getPersistedSnapshot(snapshot))) as object;
  const actor = createActor(machine, {
    id: 'subject',
    systemId: 'self',
    snapshot: { output: undefined, error: undefined, ...persisted } as never,
  });
  let failure: unknown = null;
  actor.subscribe({ error: (error) => (failure = error) });
  actor.start();
  return { actor, failure: () => failure };
}

describe.each(subjects)('the $name machine', (subject) => {
  const { machine, events } = subject;
  const situations = explore(subject);
  const living = situations.filter(({ snapshot }) => snapshot.status === 'active');

  test('is configured by plain data that survives JSON', () => {
    const config: unknown = machine.config;

    expect(functionsIn(config, subject.name)).toEqual([]);
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });

  test('reaches every one of its states', () => {
    const reached = new Set(situations.map(({ state }) => state));

    expect([...reached].toSorted()).toEqual(leavesOf(machine).toSorted());
  });

  test('expects every event of its union in every state, if only to ignore it', () => {
    const surprises = new Set<string>();
    for (const { snapshot, state } of living) {
      for (const event of allEvents(events, snapshot)) {
        if (actionsOf(machine, snapshot, event).includes('unexpected')) {
          surprises.add(`${event.type} in ${state}`);
        }
      }
    }

    expect([...surprises]).toEqual([]);
  });

  test('leaves no event of a stranger unnoticed', () => {
    const silent = living.filter(
      ({ snapshot }) => !actionsOf(machine, snapshot, { type: 'surprise' }).includes('unexpected'),
    );

    expect(silent.map(({ state }) => state)).toEqual([]);
  });

  test('counts and logs what it does not expect, and stays as it is', () => {
    const log = recordingLog();
    const counters = { unexpected: 0 };
    const idle = fromCallback(() => undefined);
    const provided = machine.provide({
      actors: Object.fromEntries(childrenOf(machine).map((name) => [name, idle])),
      actions: { unexpected: countUnexpected(log, subject.name, counters) },
    } as never);
    for (const situation of living) {
      const { actor } = startedIn(situation, provided);
      const before = actor.getSnapshot() as { value: unknown };

      actor.send({ type: 'surprise' });

      expect((actor.getSnapshot() as { value: unknown }).value).toEqual(before.value);
      actor.stop();
    }

    expect(counters.unexpected).toBe(living.length);
    expect(log.lines).toHaveLength(living.length);
    expect(log.lines[0]).toMatchObject({
      level: 'warn',
      fields: { kind: subject.name, id: 'subject', event: 'surprise' },
    });
  });
});

test('a load balancer that is being rebound has no standby, whatever has happened', () => {
  const [loadBalancer] = subjects;
  const rebinding = explore(loadBalancer!).filter(({ state }) => state === 'rebinding');

  expect(rebinding.length).toBeGreaterThan(0);
  expect(
    rebinding.map(({ snapshot }) => (snapshot.context as LoadBalancerContext).standby),
  ).toEqual(rebinding.map(() => null));
});

/** How a child can fail: at once, later, or in the host's own way of running work. */
const failures = {
  'throws when it is started': fromCallback(() => {
    throw new Error('the child failed');
  }),
  'rejects later': fromPromise(() => Promise.reject(new Error('the child failed'))),
  'fails as work of the host': worker(() => Promise.reject(new Error('the child failed'))),
};

describe.each(subjects)('a failed child of the $name machine', (subject) => {
  const { machine } = subject;
  const idle = fromCallback(() => undefined);
  /** Each state with each of its children, once. */
  const invocations = new Map<string, { situation: Situation; child: string }>();
  for (const situation of explore(subject)) {
    if (situation.snapshot.status !== 'active') continue;
    for (const { src } of Object.values(situation.snapshot.children as Children)) {
      const child = String(src);
      invocations.set(`${child} in ${situation.state}`, { situation, child });
    }
  }
  const withOnly = (child: string, logic: unknown) =>
    Object.fromEntries(childrenOf(machine).map((name) => [name, name === child ? logic : idle]));

  test('can be any of those that it declares', () => {
    const invoked = new Set([...invocations.values()].map(({ child }) => child));

    expect([...invoked].toSorted()).toEqual(childrenOf(machine).toSorted());
  });

  test.each(Object.entries(failures))('that %s fails its parent', async (_, failing) => {
    const counters = { unexpected: 0 };
    const counting = countUnexpected(recordingLog(), subject.name, counters);
    for (const [name, { situation, child }] of invocations) {
      for (const action of [unexpected, counting]) {
        const provided = { actors: withOnly(child, failing), actions: { unexpected: action } };
        const { actor, failure } = startedIn(situation, machine.provide(provided as never));
        // The work of a few promises, and nothing that needs time.
        for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();

        const words = [String(failure()), String((failure() as Error)?.cause)].join();
        expect(words, name).toContain('the child failed');
        expect(actor.getSnapshot(), name).toMatchObject({ status: 'error' });
      }
    }
    expect(counters.unexpected).toBe(0);
  });

  test('that was not provided says which', () => {
    for (const [name, { situation, child }] of invocations) {
      const missing = machine.implementations.actors[child];
      const provided = machine.provide({ actors: withOnly(child, missing) } as never);
      const { failure } = startedIn(situation, provided);

      expect(String((failure() as Error)?.cause), name).toBe(
        `Error: ${subject.name}: the actor '${child}' was not provided`,
      );
    }
  });
});
