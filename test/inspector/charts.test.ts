import { describe, expect, test } from 'vitest';
import { type AnyStateNode, createMachine } from 'xstate';
import {
  describeMachine,
  everyState,
  everyTransition,
} from '../../src/inspector/charts/describe.ts';
import { machineJson } from '../../src/inspector/charts/json.ts';
import { chartedMachines } from '../../src/inspector/charts/machines.ts';
import { escapeMarkup } from '../../src/inspector/charts/markup.ts';
import { machineMermaid } from '../../src/inspector/charts/mermaid.ts';
import { readLayouts } from '../../src/inspector/charts/read-layouts.ts';
import { machineSvg } from '../../src/inspector/charts/svg.ts';
import { transitionLabel } from '../../src/inspector/charts/wording.ts';

const layouts = readLayouts();
const charts = chartedMachines.map((machine) => {
  const description = describeMachine(machine);
  const layout = layouts[machine.id]!;
  return { name: machine.id, machine, description, layout };
});

/** Every state of a machine, as XState has it. */
function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

describe.each(charts)('$name', ({ machine, description, layout }) => {
  const states = everyState(description.root);
  const transitions = everyTransition(description.root);

  test('is described with every state, every transition, and a sentence for each state', () => {
    const nodes = nodesOf(machine.root);
    const all = nodes.flatMap((node) => [...node.transitions.values()].flat());

    expect(states.map(({ path }) => path)).toEqual(nodes.map(({ path }) => path.join('.')));
    expect(transitions).toHaveLength(all.length);
    expect(transitions.length).toBeGreaterThan(10);
    expect(states.filter(({ description: sentence }) => sentence === null)).toEqual([]);
  });

  test('is data: its JSON makes the same machine again', () => {
    const parsed = JSON.parse(machineJson(machine)) as Parameters<typeof createMachine>[0];

    const again = createMachine(parsed);

    expect(describeMachine(again)).toEqual(description);
  });

  test('is drawn with every state, and every transition that changes something', () => {
    const svg = machineSvg(description, layout);

    for (const { path } of states) expect(svg).toContain(`data-state="${path}"`);
    for (const each of transitions.filter(({ kind }) => kind !== 'ignored')) {
      const targets = each.targets.length === 0 ? [each.source] : each.targets;
      for (const target of targets) {
        const ends = `data-source="${each.source}" data-target="${target}"`;
        expect(svg).toContain(`<g ${ends} data-event="${each.event}">`);
      }
      expect(svg).toContain(escapeMarkup(transitionLabel(each)));
    }
    for (const each of transitions.filter(({ kind }) => kind === 'ignored')) {
      expect(svg).toContain(`ignores ${escapeMarkup(transitionLabel(each))}`);
    }
  });

  test('is one file: nothing in the picture is from elsewhere, and nothing runs', () => {
    const svg = machineSvg(description, layout);

    expect(svg).not.toMatch(/<script|<image|<foreignObject|href=|url\(|@import|\son\w+=/i);
  });

  test('is told to Mermaid with every state and transition', () => {
    const lines = machineMermaid(description)
      .split('\n')
      .map((line) => line.trim());

    for (const { key } of states.slice(1)) {
      expect(lines.some((line) => line.startsWith(`state "${key}" as `))).toBe(true);
    }
    const told = lines.filter((line) => / : |^%% .* ignores /.test(line));
    expect(told).toHaveLength(transitions.length);
  });
});

describe('a machine of any kind', () => {
  const machine = createMachine({
    id: 'kinds',
    initial: 'one',
    states: {
      one: {
        after: { 1_500: 'two', slowly: { actions: 'wait' } },
        always: { guard: 'ready', target: 'two' },
        entry: 'greet',
        exit: 'leave',
        invoke: { src: 'work', id: 'job', onDone: 'two', onError: '#kinds.two.left' },
      },
      two: { type: 'parallel', entry: ['greet', 'work'], states: { left: {}, right: {} } },
    },
  });
  const [, one, two] = everyState(describeMachine(machine).root);

  test('tells delays, transitions at once, and the end of children', () => {
    expect(one?.transitions.map(transitionLabel).toSorted()).toEqual([
      'after 1.5 s',
      'after slowly / wait',
      'at once [ready]',
      'job done',
      'job failed',
    ]);
    expect(one).toMatchObject({ entry: ['greet'], exit: ['leave'] });
    expect(two).toMatchObject({ kind: 'parallel', initial: null });
  });

  test('tells of actors that run meanwhile, also of those that an entry action of their name starts', () => {
    expect([one, two].map((state) => state?.invokes)).toEqual([
      [{ id: 'job', src: 'work' }],
      [{ id: 'work', src: 'work' }],
    ]);
  });

  test('keeps targets apart that Mermaid would take for one', () => {
    const twins = createMachine({ id: 'twins', initial: 'a-b', states: { 'a-b': {}, a_b: {} } });

    const text = machineMermaid(describeMachine(twins));

    expect(text).toContain('state "a-b" as s_a_b\n');
    expect(text).toContain('state "a_b" as s_a_b_2\n');
  });
});
