import { everyState } from './describe.ts';
import type { MachineDescription, StateDescription, TransitionDescription } from './types.ts';
import { transitionLabel } from './wording.ts';

/**
 * A machine as a Mermaid state diagram. Mermaid draws no line from a state to one within it, so what may
 * happen in all states of a group starts at a state of its own, "any". It takes a state that a group's lines
 * mention for one of that group, so lines between states stand outside of all. Ignored events are comments.
 */
export function machineMermaid({ id, root }: MachineDescription): string {
  const ids = idsOf(root);
  const lines = [
    ...['---', `title: "${text(id)}"`, '---', 'stateDiagram-v2'],
    ...bodyOf(root, ids),
    ...everyState(root).flatMap((state) => transitionLines(state, ids)),
  ];
  return `${lines.join('\n')}\n`;
}

type Ids = ReadonlyMap<string, string>;

/** Mermaid's ids are words; two paths must not become one. */
function idsOf(root: StateDescription): Ids {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const { path } of everyState(root)) {
    const word = `s_${path.replaceAll(/[^A-Za-z0-9]/g, '_')}`;
    let id = word;
    for (let n = 2; taken.has(id); n++) id = `${word}_${n}`;
    taken.add(id);
    ids.set(path, id);
  }
  return ids;
}

function stateLines(state: StateDescription, ids: Ids): string[] {
  const declared = `state "${text(state.key)}" as ${idOf(ids, state.path)}`;
  if (state.states.length === 0) return [declared];
  return [`${declared} {`, ...bodyOf(state, ids).map((line) => `  ${line}`), '}'];
}

/** The states of a group. */
function bodyOf(group: StateDescription, ids: Ids): string[] {
  return [
    ...(group.initial === null ? [] : [`[*] --> ${idOf(ids, group.initial)}`]),
    ...group.states.flatMap((each, index) => [
      ...(index > 0 && group.kind === 'parallel' ? ['--'] : []),
      ...stateLines(each, ids),
      ...(each.kind === 'final' ? [`${idOf(ids, each.path)} --> [*]`] : []),
    ]),
    ...(hasAny(group) ? [`state "any" as ${anyOf(ids, group)}`] : []),
  ];
}

function hasAny(group: StateDescription): boolean {
  return group.states.length > 0 && group.transitions.some((each) => !leaves(each));
}

function anyOf(ids: Ids, { path }: StateDescription): string {
  return `${idOf(ids, path)}__any`;
}

function transitionLines(state: StateDescription, ids: Ids): string[] {
  return state.transitions.flatMap((transition) => {
    const isOfAny = state.states.length > 0 && !leaves(transition);
    const from = isOfAny ? anyOf(ids, state) : idOf(ids, state.path);
    const label = text(transitionLabel(transition));
    if (transition.kind === 'stay') return [`${from} : ${label}`];
    if (transition.kind === 'ignored') return [`%% ${from} ignores ${label}`];
    return transition.targets.map((target) => `${from} --> ${idOf(ids, target)} : ${label}`);
  });
}

/** Does it lead out of its own state? */
function leaves({ source, targets }: TransitionDescription): boolean {
  return targets.some(
    (target) => source !== '' && target !== source && !target.startsWith(`${source}.`),
  );
}

function idOf(ids: Ids, path: string): string {
  const id = ids.get(path);
  if (id === undefined) throw new Error(`a transition goes to '${path}', which is no state`);
  return id;
}

/**
 * A text that can't end its line or quotes, open a comment or become markup: everything but letters, digits
 * and harmless signs is written as Mermaid's entity, `#` and the character's number.
 */
function text(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N} ._/,[\]()*'-]|--+|%%+/gu, (found) =>
    Array.from(found, (each) => `#${String(each.codePointAt(0))};`).join(''),
  );
}
