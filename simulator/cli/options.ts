import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { type PresetName, presets } from '../../machines/timings/timings.ts';
import { readScenarioFile, ScenarioFileError } from '../scenario-file/read.ts';
import { defaultScenario, scenarios } from '../scenarios/index.ts';
import type { Scenario, Size } from '../scenarios/scenario.ts';
import { huntSeedsMax } from '../planted/hunt.ts';
import { commandLine, everyScenario, type Given, seedsOfNamed } from './command-line.ts';
import { defaultSeeds, nightlySeeds, seedsOfANight } from './sets.ts';
import type { Source } from './source.ts';

export interface PlantedOptions {
  /** Where all are hunted; null: each in its own scenario. */
  readonly scenario: Scenario | null;
  /** Within so many seeds each. */
  readonly seedsMax: number;
}

export interface CliOptions {
  /** What to run, in this order. A single run has one. */
  readonly sources: readonly Source[];
  /** The first seed. */
  readonly seed: number;
  /** Whether one seed is told in full, and not many in a table. */
  readonly single: boolean;
  /** How bugs are planted, to see that they are found; null where none are. */
  readonly planted: PlantedOptions | null;
  /** What was asked for; the rest is the scenario's own. */
  readonly size: Partial<Size>;
  /** The preset that was asked for; null where nobody said. */
  readonly timings: PresetName | null;
  readonly jobs: number;
  readonly json: boolean;
  readonly coverage: boolean;
  /** Whether a mark that is never reached, or a transition that is never taken, fails the set. */
  readonly requireMarks: boolean;
  readonly trace: string | null;
  readonly record: string | null;
  readonly save: string | null;
  readonly shrink: boolean;
  readonly report: string | null;
}

const firstSeed = 1;

/** Options that tell of one run, and so make it a single one. */
const tellOfOneRun = ['trace', 'record', 'save', 'shrink', 'report'] as const;

/** Options that a scenario file answers itself. */
const sizeOptions = ['agents', 'controllers', 'loadBalancers'] as const;
const answeredByFiles = [...sizeOptions, 'timings'] as const;

/** Options for which a night's set leaves no choice. */
const notForNights: readonly string[] = ['scenario', ...tellOfOneRun, ...sizeOptions];

/** Options that a hunt for planted bugs does not have: a bug may need a world of its own, and a hunt is told as one. */
const notForHunts = [
  ...tellOfOneRun,
  ...sizeOptions,
  'timings',
  'nightly',
  'requireMarks',
  'coverage',
];

/**
 * Parses the command line. Commander itself answers `--help` and what it can't read, and then throws
 * its CommanderError.
 */
export function parseOptions(arguments_: readonly string[]): CliOptions {
  const command = commandLine().parse([...arguments_], { from: 'user' });
  const given = command.opts<Given>();
  const { planted = false, requireMarks = false, nightly = false } = given;
  const told = tellOfOneRun.find((name) => given[name] !== undefined);
  if (told !== undefined && given.seeds !== undefined) {
    command.error(`error: --${told} tells of one run, so it goes with one seed; leave --seeds out`);
  }
  if (planted) refuseOthers('--planted hunts in worlds of its own', notForHunts, command);
  if (nightly) refuseOthers('--nightly has its own scenarios and sizes', notForNights, command);
  const words = given.scenario?.split(',') ?? [];
  const named = words.flatMap((word) => (word === everyScenario ? allNames : [word]));
  const hunts = planted ? plantedOptions(command, named, given.seeds) : null;
  const asksForOne = given.seed !== undefined || told !== undefined || named.some(isFile);
  const single = given.seeds === undefined && asksForOne && named.length < 2 && !nightly;
  if (told !== undefined && named.length > 1) {
    command.error(`error: --${told} tells of one run, so it goes with one scenario`);
  }
  const chosen =
    named.length > 0
      ? named
      : single || (given.seeds !== undefined && !nightly)
        ? [defaultScenario.name]
        : allNames;
  const isDefaultSet = named.length === 0 || words.includes(everyScenario);
  const seedsOf = (seeds: number): number => (single ? 1 : (given.seeds ?? seeds));
  const size = givenSize(given);
  const sources = chosen.map((word) => {
    if (isFile(word)) return fromFile(word, seedsOf(seedsOfNamed), command);
    const scenario = scenarioNamed(word, command);
    const seeds = nightly
      ? nightlySeeds(scenario, given.seeds ?? seedsOfANight)
      : seedsOf(isDefaultSet ? defaultSeeds(scenario) : seedsOfNamed);
    return {
      word,
      scenario,
      seeds,
      run: { scenario, ...size, ...givenTimings(given) },
      seed: null,
    };
  });
  return {
    sources,
    seed: given.seed ?? sources[0]?.seed ?? firstSeed,
    single: single && !planted,
    planted: hunts,
    size,
    timings: given.timings ?? null,
    jobs: given.jobs ?? availableParallelism(),
    json: given.json ?? false,
    coverage: given.coverage ?? false,
    requireMarks: requireMarks || nightly,
    trace: given.trace ?? null,
    record: given.record ?? null,
    save: given.save ?? null,
    shrink: given.shrink ?? false,
    report: given.report ?? null,
  };
}

function refuseOthers(why: string, others: readonly string[], command: Command): void {
  const other = others.find((option) => command.getOptionValueSource(option) === 'cli');
  if (other === undefined) return;
  const flag = other.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  command.error(`error: ${why}; leave --${flag} out`);
}

function plantedOptions(
  command: Command,
  named: readonly string[],
  seedsMax: number = huntSeedsMax,
): PlantedOptions {
  const [word] = named;
  if (word === undefined) return { scenario: null, seedsMax };
  if (named.length > 1 || isFile(word)) {
    command.error(
      'error: --planted hunts in one scenario of the list; name that one, or leave --scenario out',
    );
  }
  return { scenario: scenarioNamed(word, command), seedsMax };
}

function givenSize({ agents, controllers, loadBalancers }: Given): Partial<Size> {
  return {
    ...(agents === undefined ? {} : { agents }),
    ...(controllers === undefined ? {} : { controllers }),
    ...(loadBalancers === undefined ? {} : { loadBalancers }),
  };
}

function givenTimings({ timings }: Given): Pick<Source['run'], 'timings'> {
  return timings === undefined ? {} : { timings: presets[timings] };
}

const isFile = (word: string): boolean => /\.(ya?ml|json)$/.test(word);
const allNames = scenarios.map(({ name }) => name);

function scenarioNamed(word: string, command: Command) {
  const scenario = scenarios.find(({ name }) => name === word);
  if (scenario === undefined) {
    command.error(
      `error: there is no scenario '${word}'. Allowed choices are ${allNames.join(', ')}, ${everyScenario}, or a file whose name ends in .yaml or .json.`,
    );
  }
  return scenario;
}

function fromFile(word: string, seeds: number, command: Command): Source {
  const said = answeredByFiles.find((name) => command.getOptionValueSource(name) === 'cli');
  if (said !== undefined) {
    const what = said === 'timings' ? 'timings' : 'a topology';
    command.error(`error: ${word} has ${what} of its own; write it there`);
  }
  try {
    const { seed, run } = readScenarioFile(word);
    return { word, scenario: run.scenario, seeds, run, seed };
  } catch (error) {
    if (!(error instanceof ScenarioFileError)) throw error;
    return command.error(`error: this scenario can't be run:\n${error.message}`);
  }
}
