import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type {
  InvokeDescription,
  MachineDescription,
  StateDescription,
  TransitionDescription,
  TransitionKind,
} from './types.ts';

/** What a machine is, in plain data. Targets are resolved: they are paths, whatever way they were written. */
export function describeMachine(machine: AnyStateMachine): MachineDescription {
  return { id: machine.id, root: describeState(machine.root) };
}

/** A state and all within, in the order in which they were written. */
export function everyState(state: StateDescription): StateDescription[] {
  return [state, ...state.states.flatMap(everyState)];
}

/** All transitions of a state and of those within. */
export function everyTransition(state: StateDescription): TransitionDescription[] {
  return everyState(state).flatMap(({ transitions }) => transitions);
}

function describeState(node: AnyStateNode): StateDescription {
  const states = Object.values(node.states).map(describeState);
  return {
    path: pathOf(node),
    key: node.key,
    kind: node.type,
    description: node.description ?? null,
    tags: [...node.tags],
    invokes: [...invokesOf(node), ...startedBy(node)],
    entry: namesOf(node.config.entry),
    exit: namesOf(node.config.exit),
    initial: initialOf(node),
    transitions: transitionsOf(node),
    states,
  };
}

function invokesOf(node: AnyStateNode): InvokeDescription[] {
  return node.invoke.map(({ id, src }) => ({ id, src: nameOf(src) }));
}

/** An entry action that bears the name of an actor starts it, where there is something for it to do. */
function startedBy({ config, machine }: AnyStateNode): InvokeDescription[] {
  const actors = new Set(
    nodesIn(machine.root)
      .flatMap(invokesOf)
      .map(({ src }) => src),
  );
  const started = namesOf(config.entry).filter((name) => actors.has(name));
  return started.map((name) => ({ id: name, src: name }));
}

function nodesIn(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesIn)];
}

function initialOf(node: AnyStateNode): string | null {
  if (node.type !== 'compound') return null;
  const [target] = node.initial.target;
  return target === undefined ? null : pathOf(target);
}

function transitionsOf(node: AnyStateNode): TransitionDescription[] {
  const delays = new Map(node.after.map(({ eventType, delay }) => [eventType, delay]));
  const ofEvents = [...node.transitions.values()].flat();
  return [...(node.always ?? []), ...ofEvents].map((transition) => ({
    kind: kindOf(transition),
    source: pathOf(node),
    event: transition.eventType,
    delay: delayOf(delays.get(transition.eventType)),
    guard: transition.guard === undefined ? null : nameOf(transition.guard),
    targets: (transition.target ?? []).map(pathOf),
    actions: transition.actions.map(nameOf),
    reenter: transition.reenter,
  }));
}

function kindOf({ target, actions }: AnyTransitionDefinition): TransitionKind {
  if (target !== undefined && target.length > 0) return 'move';
  return actions.length > 0 ? 'stay' : 'ignored';
}

function delayOf(delay: unknown): number | string | null {
  if (delay === undefined) return null;
  return typeof delay === 'number' ? delay : nameOf(delay);
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}

/** Of what was written: XState adds what starts and stops its timers. */
function namesOf(actions: unknown): string[] {
  if (actions === undefined) return [];
  return Array.isArray(actions) ? actions.map(nameOf) : [nameOf(actions)];
}

/** Guards, actions and actors have names where a machine is data; a function that stands there has its own. */
function nameOf(part: unknown): string {
  if (typeof part === 'string') return part;
  if (typeof part === 'object' && part !== null && 'type' in part) return String(part.type);
  const name = typeof part === 'function' ? part.name : '';
  return name === '' ? 'inline' : name;
}
