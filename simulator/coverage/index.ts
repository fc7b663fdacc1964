import { firstStates, states, transitions } from './transitions.ts';
import { unreachable } from './unreachable.ts';

/** What a large set has to take: the names of all transitions that can be taken. */
export const transitionNames: readonly string[] = transitions
  .map(({ name }) => name)
  .filter((name) => !unreachable.has(name));

/** The names of all states that machines can be in. */
export const stateNames: readonly string[] = states;

/** The states in which machines are that take these transitions, and only these. */
export function statesEntered(taken: ReadonlySet<string>): ReadonlySet<string> {
  const entered = transitions.filter(({ name }) => taken.has(name)).flatMap(({ enters }) => enters);
  return new Set([...firstStates, ...entered]);
}
