import type { StepShown } from '../../../machines/protocol/inspection.ts';

/** A transition as a chart has it; paths are keys from the root, joined by dots, and empty for the root. */
export interface ChartTransition {
  readonly source: string;
  readonly event: string;
  readonly guard: string | null;
  readonly targets: readonly string[];
  readonly actions: readonly string[];
}

/** The state and all states around it, but for the root. */
export function activePaths(state: string): readonly string[] {
  const keys = state === '' ? [] : state.split('.');
  return keys.map((_, index) => keys.slice(0, index + 1).join('.'));
}

const within = (path: string, around: string) =>
  around === '' || path === around || path.startsWith(`${around}.`);

function takes(descriptor: string, type: string): boolean {
  if (descriptor === '*' || descriptor === type) return true;
  return descriptor.endsWith('.*') && type.startsWith(descriptor.slice(0, -1));
}

/**
 * The transitions that a step may have been, the likeliest first: of the innermost state that takes its event,
 * and of those the ones that lead where it went. A frame doesn't say by which guard it went.
 */
export function takenBy(
  step: StepShown,
  transitions: readonly ChartTransition[],
): readonly ChartTransition[] {
  const { from, to, event } = step;
  const leads = ({ targets }: ChartTransition) =>
    targets.length === 0 ? from === to : targets.some((target) => within(to, target));
  const found = transitions.filter(
    (each) => within(from, each.source) && takes(each.event, event.type) && leads(each),
  );
  const exact = (each: ChartTransition) => (each.event === event.type ? 1 : 0);
  const sorted = found.sort((a, b) => b.source.length - a.source.length || exact(b) - exact(a));
  return sorted.filter(({ source, event: descriptor }) => {
    const [first] = sorted;
    return source === first?.source && descriptor === first.event;
  });
}

/** The events that the state takes, the innermost first, as somebody may want to send one. */
export function takenEvents(
  state: string,
  transitions: readonly ChartTransition[],
): readonly string[] {
  const around = ['', ...activePaths(state)].reverse();
  const types = around.flatMap((path) =>
    transitions.filter(({ source }) => source === path).map(({ event }) => event),
  );
  return [...new Set(types)].filter(
    (type) => type !== '' && !type.includes('*') && !type.startsWith('xstate.'),
  );
}
