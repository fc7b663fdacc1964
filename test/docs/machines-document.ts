import { everyState } from '../../src/inspector/charts/describe.ts';
import type {
  MachineDescription,
  StateDescription,
  TransitionDescription,
} from '../../src/inspector/charts/types.ts';
import { eventLabel } from '../../src/inspector/charts/wording.ts';

const opening = `# The machines

<!-- Written by \`npm run docs\` from machines/*/machine.ts: change those, not this. -->

Every load balancer, every agent and every device is an actor, and what it does is a statechart. These are all of them, as the
product runs them. \`holdfast machines\` lists them; \`holdfast machines device --format svg\` draws one, \`--format mermaid\` gives
text for a page that knows Mermaid, and \`--format json\` the configuration, which can be imported into
[Stately's editor](https://stately.ai/editor).

In the pictures, grey names below an event are its guards, in the order in which they are asked; "otherwise" is taken where
none of them holds. In a box, \`↻\` leaves the state and enters it anew, \`·\` stays in it, and \`→\` leads to a state that stands
apart. "any state" is whichever state of its group is active; what a state does itself goes first. What a machine ignores,
because it is expected and changes nothing, is not drawn; the tables tell it.
`;

/** docs/machines.md: each machine with its picture, its states and its transitions. */
export function machinesDocument(machines: readonly MachineDescription[]): string {
  return [opening, ...machines.map(section)].join('\n');
}

function section({ id, root }: MachineDescription): string {
  return `## ${id}

${cell(root.description ?? '')}

![Statechart ${id}](machines/${id}.svg)

| state | what it means | runs meanwhile | tags |
|---|---|---|---|
${root.states.flatMap(everyState).map(stateRow).join('\n')}

<details><summary>All transitions</summary>

| in | event | guard | goes to | actions |
|---|---|---|---|---|
${everyState(root).flatMap(transitionRows).join('\n')}

</details>
`;
}

function stateRow({ path, description, invokes, tags, kind }: StateDescription): string {
  const meaning = `${description ?? ''}${kind === 'final' ? ' The end.' : ''}`;
  return row([code(path), cell(meaning), list(invokes.map(({ src }) => src)), list(tags)]);
}

function transitionRows(state: StateDescription): string[] {
  const drawn = state.transitions.filter(({ kind }) => kind !== 'ignored');
  const ignored = state.transitions.filter(({ kind }) => kind === 'ignored');
  const events = ignored.map(
    (each) => `${code(eventLabel(each))}${each.guard === null ? '' : ` where ${code(each.guard)}`}`,
  );
  const ignoring = row([nameOf(state), `ignores ${events.join(', ')}`, '', '', '']);
  return [
    ...drawn.map((each) => transitionRow(state, each)),
    ...(events.length > 0 ? [ignoring] : []),
  ];
}

function transitionRow(state: StateDescription, transition: TransitionDescription): string {
  const { guard, targets, actions, reenter } = transition;
  const comesBack = reenter && targets.includes(state.path);
  return row([
    nameOf(state),
    code(eventLabel(transition)),
    guard === null ? '' : code(guard),
    `${list(targets)}${comesBack ? ', anew' : ''}`,
    list(actions),
  ]);
}

function nameOf({ path }: StateDescription): string {
  return path === '' ? '*any state*' : code(path);
}

function list(names: readonly string[]): string {
  return names.map(code).join(', ');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function code(text: string): string {
  return `\`${cell(text).replaceAll('`', "'")}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
