import { stateNames, statesEntered, transitionNames } from '../coverage/index.ts';
import { markKinds } from '../marks/index.ts';
import { formatTable } from './table.ts';
import type { Tally } from './tally.ts';

/** What no run of a set has reached. */
export interface Missing {
  readonly marks: readonly string[];
  readonly transitions: readonly string[];
  readonly states: readonly string[];
  /** Checkers that have excused all that they looked at, or had nothing to look at. */
  readonly checkers: readonly string[];
}

export function missingIn({ marks, transitions, judgements }: Tally): Missing {
  const entered = statesEntered(new Set(transitions.keys()));
  return {
    marks: markKinds.map(({ name }) => name).filter((name) => !marks.has(name)),
    transitions: transitionNames.filter((name) => !transitions.has(name)),
    states: stateNames.filter((name) => !entered.has(name)),
    checkers: [...judgements].flatMap(([name, { judged }]) => (judged === 0 ? [name] : [])),
  };
}

/** How many characters of names a summary shows before it only counts the rest. */
const namesWidth = 80;

/** How much of what can happen has happened, and the names of what has not. */
export function reachOf(tally: Tally): string {
  const { marks, states, transitions } = missingIn(tally);
  return [
    reachLine('marks reached', markKinds.length, marks),
    reachLine('states entered', stateNames.length, states),
    reachLine('transitions taken', transitionNames.length, transitions),
    `${'judged'.padEnd(18)} ${judgedIn(tally)}`,
    ...(marks.length + transitions.length > 0 ? ['(--coverage lists all of them)'] : []),
  ].join('\n');
}

/** How much of what they looked at those checkers have judged that excuse some of it. */
const judgedIn = ({ judgements }: Tally): string =>
  [...judgements]
    .map(([name, { judged, excused }]) => `${name} ${judged} of ${judged + excused}`)
    .join(', ');

function reachLine(what: string, total: number, missing: readonly string[]): string {
  const sum = `${what.padEnd(18)} ${total - missing.length} of ${total}`;
  return missing.length === 0 ? sum : `${sum}, without ${shortened(missing)}`;
}

function shortened(names: readonly string[]): string {
  const shown: string[] = [];
  for (const name of names) {
    if (shown.length > 0 && [...shown, name].join(', ').length > namesWidth) break;
    shown.push(name);
  }
  const more = names.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}

/** Each mark and each transition, in how many runs it came up, and how often checkers judged. */
export function coverageOf({ marks, transitions, judgements }: Tally): string {
  const row = (name: string, counts: ReadonlyMap<string, number>, more: string) => [
    String(counts.get(name) ?? 0),
    name,
    more,
  ];
  const markRows = markKinds.map(({ name, summary }) => row(name, marks, summary));
  const transitionRows = transitionNames.map((name) => row(name, transitions, ''));
  const judgementRows = [...judgements].map(([name, { judged, excused }]) => {
    return [String(judged), String(excused), name];
  });
  return [
    formatTable(['runs', 'mark', 'what happened'], markRows),
    formatTable(['runs', 'transition'], transitionRows),
    formatTable(['judged', 'excused', 'checker'], judgementRows),
  ].join('\n\n');
}

/** What a set that requires everything says of what it has missed. */
export function requiredText({ marks, transitions, checkers }: Missing): string {
  return [
    'a set of this size must reach every mark, take every transition, and let every checker judge. It never reached',
    ...[...marks, ...transitions].map((name) => `  ${name}`),
    ...checkers.map((name) => `  a judgement of ${name}`),
  ].join('\n');
}
