import { Command, InvalidArgumentError } from 'commander';
import { type PresetName, presets } from '../../machines/timings/timings.ts';
import type { ChaosScenario } from './scenario.ts';
import { chaosScenarios } from './scenarios/index.ts';

export interface ChaosCliOptions {
  readonly scenarios: readonly ChaosScenario[];
  readonly list: boolean;
  readonly timings: PresetName;
  readonly shorten: number;
  readonly runs: number;
  readonly json: boolean;
  readonly report: string | null;
  readonly log: string | null;
}

interface Given {
  readonly scenario?: readonly ChaosScenario[];
  readonly list?: true;
  readonly timings: PresetName;
  readonly shorten: number;
  readonly runs: number;
  readonly json?: true;
  readonly report?: string;
  readonly log?: string;
}

const allWord = 'all';
const runsMax = 1_000;
/** Ten minutes become ten seconds. */
export const shortenMax = 60;

/** Parses the command line. Commander answers `--help` and what it can't read, and then throws. */
export function parseChaosOptions(words: readonly string[]): ChaosCliOptions {
  const command = new Command('chaos')
    .description(
      'Runs a scenario against real processes on this machine: NATS, controllers, agents, HAProxy.',
    )
    .option(
      '--scenario <names>',
      'what happens, several with commas between, or all',
      scenariosNamed,
    )
    .option('--list', 'tell which scenarios there are, and what must hold in each')
    .option('--timings <preset>', 'by which preset all go', presetNamed, 'lan')
    .option(
      '--shorten <factor>',
      `divide the long times of scenarios by this, up to ${shortenMax}`,
      numberUpTo(shortenMax),
      1,
    )
    .option('--runs <n>', 'run each scenario so often', numberUpTo(runsMax), 1)
    .option('--json', 'a line of JSON for each run, and nothing else')
    .option('--report <file>', 'write the run as a picture: one HTML file')
    .option('--log <file>', 'add to this file what all processes have logged')
    .exitOverride();
  const given = command.parse([...words], { from: 'user' }).opts<Given>();
  const { scenario: scenarios = [], list = false, report = null, log = null, json = false } = given;
  if (!list && scenarios.length === 0) {
    command.error(`error: name a scenario with --scenario; --list tells which there are`);
  }
  if (report !== null && scenarios.length * given.runs !== 1) {
    command.error('error: --report tells of one run, so it goes with one scenario and one run');
  }
  const { timings, shorten, runs } = given;
  return { scenarios, list, timings, shorten, runs, json, report, log };
}

function scenariosNamed(words: string): readonly ChaosScenario[] {
  return words.split(',').flatMap((word) => {
    if (word === allWord) return chaosScenarios;
    const found = chaosScenarios.find(({ name }) => name === word);
    if (found !== undefined) return [found];
    const names = chaosScenarios.map(({ name }) => name).join(', ');
    throw new InvalidArgumentError(`There is no scenario "${word}"; give one of ${names}.`);
  });
}

function presetNamed(word: string): PresetName {
  if (Object.hasOwn(presets, word)) return word as PresetName;
  throw new InvalidArgumentError(`Give one of ${Object.keys(presets).join(', ')}.`);
}

const numberUpTo =
  (most: number) =>
  (word: string): number => {
    const number = Number(word);
    if (/^\d+$/.test(word) && number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`Give a whole number from 1 to ${most}.`);
  };
