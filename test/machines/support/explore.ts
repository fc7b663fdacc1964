import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type EventObject,
  initialTransition,
  transition,
} from 'xstate';

/** How many distinct situations an exploration visits before it is called endless. */
const situationsMax = 20_000;

/** One machine with events of every type that make sense, or do not, in a given context. */
export interface Subject {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly events: (context: never) => Readonly<Record<string, readonly EventObject[]>>;
  /** What of a context tells situations apart; numbers that only grow would make them endless. */
  readonly aspects: (context: never) => unknown;
}

export interface Situation {
  readonly snapshot: AnyMachineSnapshot;
  readonly state: string;
}

/** Every situation that the events lead to, breadth first: one for each state and aspect. */
export function explore({ machine, events, aspects }: Subject): readonly Situation[] {
  const [initial] = initialTransition(machine);
  const found = new Map<string, AnyMachineSnapshot>();
  const queue: AnyMachineSnapshot[] = [];
  const visit = (snapshot: AnyMachineSnapshot): void => {
    const key = JSON.stringify([snapshot.value, aspects(snapshot.context as never)]);
    if (found.has(key)) return;
    if (found.size >= situationsMax) throw new Error('this exploration does not end');
    found.set(key, snapshot);
    queue.push(snapshot);
  };
  visit(initial);
  for (let snapshot = queue.shift(); snapshot !== undefined; snapshot = queue.shift()) {
    if (snapshot.status !== 'active') continue;
    for (const event of allEvents(events, snapshot)) {
      visit(transition(machine, snapshot, event)[0] as AnyMachineSnapshot);
    }
  }
  return [...found.values()].map((snapshot) => ({ snapshot, state: leafOf(snapshot) }));
}

export function allEvents(
  events: Subject['events'],
  snapshot: AnyMachineSnapshot,
): readonly EventObject[] {
  return Object.values(events(snapshot.context as never)).flat();
}

/** The names of the actions that an event causes in a situation. */
export function actionsOf(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
): readonly string[] {
  return transition(machine, snapshot, event)[1].map(({ type }) => type);
}

/** All states without children, as paths from the root. */
export function leavesOf(machine: AnyStateMachine): readonly string[] {
  const leaves = (node: AnyStateNode): string[] => {
    const children = Object.values(node.states);
    return children.length === 0 ? [node.path.join('.')] : children.flatMap(leaves);
  };
  return leaves(machine.root);
}

function leafOf(snapshot: AnyMachineSnapshot): string {
  const deepest = snapshot._nodes.toSorted((a, b) => b.path.length - a.path.length)[0];
  return deepest?.path.join('.') ?? '';
}
