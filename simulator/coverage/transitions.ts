import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { agentMachine } from '../../machines/agent/machine.ts';
import { deviceMachine } from '../../machines/device/machine.ts';
import { livenessMachine } from '../../machines/liveness/machine.ts';
import { loadBalancerMachine } from '../../machines/load-balancer/machine.ts';

/** Every machine that the runtime runs. */
const machines: readonly AnyStateMachine[] = [
  loadBalancerMachine,
  livenessMachine,
  agentMachine,
  deviceMachine,
];

/** A transition as users see it, and the states that it leads to. */
export interface Transition {
  /** As `load-balancer.bound.applying: driven.applied [currentComplete] -> bound.settled`. */
  readonly name: string;
  readonly enters: readonly string[];
}

/**
 * Every transition of every machine, by its configuration. What says of an event that it changes
 * nothing (no target and no action) is no transition, and neither is the answer to events that no
 * state expects: the checker no-unexpected-events demands that this one is never taken.
 */
export const transitions: readonly Transition[] = machines.flatMap(({ root }) =>
  nodesFrom(root).flatMap((node) =>
    [...node.transitions.values()].flat().filter(changes).map(transitionOf),
  ),
);

/** Every state without states in it, as `load-balancer.bound.settled`. */
export const states: readonly string[] = machines.flatMap(({ root }) =>
  nodesFrom(root)
    .filter(isLeaf)
    .map(({ id }) => id),
);

/** The states in which machines begin: no transition leads there. */
export const firstStates: readonly string[] = machines.map(({ root }) => firstLeaf(root).id);

function changes({ eventType, target, actions }: AnyTransitionDefinition): boolean {
  return eventType !== '*' && (target !== undefined || actions.length > 0);
}

/** The transition that this definition is, also where a copy of its machine was provided with parts. */
export function transitionOf(definition: AnyTransitionDefinition): Transition {
  const { source, eventType, guard, target = [] } = definition;
  const branches = source.transitions.get(eventType) ?? [];
  const isLastOfSeveral = branches.length > 1 && guard === undefined;
  const condition = isLastOfSeveral
    ? ' [otherwise]'
    : guard === undefined
      ? ''
      : ` [${guardName(guard)}]`;
  const inMachine = (node: AnyStateNode) => node.path.join('.');
  const where = target.length === 0 ? '' : ` -> ${target.map(inMachine).join(', ')}`;
  return {
    name: `${source.id}: ${eventType}${condition}${where}`,
    enters: target.map((node) => firstLeaf(node).id),
  };
}

function guardName(guard: unknown): string {
  return typeof guard === 'string' ? guard : JSON.stringify(guard);
}

function nodesFrom(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesFrom)];
}

function isLeaf(node: AnyStateNode): boolean {
  return Object.keys(node.states).length === 0;
}

function firstLeaf(node: AnyStateNode): AnyStateNode {
  const [first] = node.initial?.target ?? [];
  return first === undefined ? node : firstLeaf(first);
}
