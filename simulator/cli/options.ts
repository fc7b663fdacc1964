import { Command, InvalidArgumentError } from 'commander';
import { readScenarioFile, ScenarioFileError } from '../scenario-file/read.ts';
import { defaultScenario, scenarios } from '../scenarios/index.ts';
import type { Size } from '../scenarios/scenario.ts';
import type { Source } from './source.ts';

export interface CliOptions {
  /** What to run, in this order. A single run has one. */
  readonly sources: readonly Source[];
  readonly seed: number;
  readonly seeds: number;
  /** Whether one seed is told in full, and not many in a table. */
  readonly single: boolean;
  /** What was asked for; the rest is the scenario's own. */
  readonly size: Partial<Size>;
  readonly jobs: number;
  readonly json: boolean;
  readonly trace: string | null;
  readonly save: string | null;
  readonly shrink: boolean;
  readonly report: string | null;
}

export const defaults = {
  scenario: defaultScenario.name,
  seed: 1,
  seeds: 20,
} as const;

/** Greater worlds are possible, but a typing error should not run for hours. */
const most = {
  seed: 2 ** 32 - 1,
  seeds: 1_000_000,
  agents: 64,
  controllers: 16,
  loadBalancers: 2_000,
  jobs: 64,
};

/** As commander hands it over. */
interface Given {
  readonly scenario?: string;
  readonly seed?: number;
  readonly seeds?: number;
  readonly agents?: number;
  readonly controllers?: number;
  readonly loadBalancers?: number;
  readonly jobs: number;
  readonly json: boolean;
  readonly trace?: string;
  readonly save?: string;
  readonly shrink?: boolean;
  readonly report?: string;
}

/** Options that tell of one run, and so make it a single one. */
const tellOfOneRun = ['trace', 'save', 'shrink', 'report'] as const;

/** Options that a scenario file answers itself. */
const sizeOptions = ['agents', 'controllers', 'loadBalancers'] as const;

/**
 * Parses the command line. Commander itself answers `--help` and what it can't read, and then throws
 * its CommanderError.
 */
export function parseOptions(arguments_: readonly string[]): CliOptions {
  const command = commandLine().parse([...arguments_], { from: 'user' });
  const given = command.opts<Given>();
  const told = tellOfOneRun.find((name) => given[name] !== undefined);
  if (told !== undefined && given.seeds !== undefined) {
    command.error(`error: --${told} tells of one run, so it goes with one seed; leave --seeds out`);
  }
  const words = given.scenario?.split(',') ?? [];
  const asksForOne = given.seed !== undefined || told !== undefined || words.some(isFile);
  const single = given.seeds === undefined && asksForOne && words.length < 2;
  if (words.length === 0) words.push(...(single ? [defaults.scenario] : allNames));
  if (told !== undefined && words.length > 1) {
    command.error(`error: --${told} tells of one run, so it goes with one scenario`);
  }
  const { jobs, json } = given;
  const size = givenSize(given);
  const sources = words.map((word) =>
    isFile(word) ? fromFile(word, command) : named(word, size, command),
  );
  return {
    sources,
    seed: given.seed ?? sources[0]?.seed ?? defaults.seed,
    seeds: single ? 1 : (given.seeds ?? defaults.seeds),
    single,
    size,
    jobs,
    json,
    trace: given.trace ?? null,
    save: given.save ?? null,
    shrink: given.shrink ?? false,
    report: given.report ?? null,
  };
}

function givenSize({ agents, controllers, loadBalancers }: Given): Partial<Size> {
  return {
    ...(agents === undefined ? {} : { agents }),
    ...(controllers === undefined ? {} : { controllers }),
    ...(loadBalancers === undefined ? {} : { loadBalancers }),
  };
}

const isFile = (word: string): boolean => /\.(ya?ml|json)$/.test(word);
const allNames = scenarios.map(({ name }) => name);

function named(word: string, size: Partial<Size>, command: Command): Source {
  const scenario = scenarios.find(({ name }) => name === word);
  if (scenario === undefined) {
    command.error(
      `error: there is no scenario '${word}'. Allowed choices are ${allNames.join(', ')}, or a file whose name ends in .yaml or .json.`,
    );
  }
  return { word, scenario, run: { scenario, ...size }, seed: null };
}

function fromFile(word: string, command: Command): Source {
  const sized = sizeOptions.find((name) => command.getOptionValueSource(name) === 'cli');
  if (sized !== undefined) {
    command.error(`error: ${word} has a topology of its own; write it there`);
  }
  try {
    const { seed, run } = readScenarioFile(word);
    return { word, scenario: run.scenario, run, seed };
  } catch (error) {
    if (!(error instanceof ScenarioFileError)) throw error;
    return command.error(`error: this scenario can't be run:\n${error.message}`);
  }
}

const own = "(default: the scenario's own)";

function commandLine(): Command {
  return new Command('simulate')
    .usage('[options]')
    .description(
      'Runs the runtime in a virtual world, deterministically by a seed, and checks what must hold. ' +
        `Without arguments: ${defaults.seeds} seeds of each scenario.`,
    )
    .option(
      '--scenario <name or file>',
      `what happens: ${allNames.join(', ')}, several of them with commas between, or a .yaml or .json file (default: a single seed runs ${defaults.scenario}, a set runs all)`,
    )
    .option('--seed <n>', 'run this one seed; with --seeds, the first', whole(0, most.seed))
    .option(
      '--seeds <n>',
      `run a set of this many seeds of each scenario (default: ${defaults.seeds})`,
      whole(1, most.seeds),
    )
    .option('--agents <n>', `how many agents ${own}`, whole(1, most.agents))
    .option('--controllers <n>', `how many controllers ${own}`, whole(1, most.controllers))
    .option('--load-balancers <n>', `how many load balancers ${own}`, whole(1, most.loadBalancers))
    .option('--jobs <n>', 'how many processes run the seeds of a set', whole(1, most.jobs), 1)
    .option('--json', 'a line of JSON for each seed, one more for a set, and nothing else', false)
    .option('--trace <file>', "write the run's trace to a file, a line of JSON for each event")
    .option('--save <file>', 'write what is done in the run as a scenario file, YAML or .json')
    .option('--report <file>', 'write the run as a picture: one HTML file')
    .option('--shrink', 'look for the smallest plan that fails alike; --save keeps that one')
    .allowExcessArguments(false)
    .exitOverride();
}

function whole(least: number, greatest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > greatest) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${greatest}.`);
    }
    return value;
  };
}
