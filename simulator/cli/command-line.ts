import { Command, InvalidArgumentError, Option } from 'commander';
import { type PresetName, presets } from '../../machines/timings/timings.ts';
import { huntSeedsMax } from '../planted/hunt.ts';
import { defaultScenario, scenarios } from '../scenarios/index.ts';
import { defaultSetSize, seedsOfANight } from './sets.ts';

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
export interface Given {
  readonly scenario?: string;
  readonly seed?: number;
  readonly seeds?: number;
  readonly agents?: number;
  readonly controllers?: number;
  readonly loadBalancers?: number;
  readonly timings?: PresetName;
  readonly jobs?: number;
  readonly json?: boolean;
  readonly coverage?: boolean;
  readonly requireMarks?: boolean;
  readonly nightly?: boolean;
  readonly planted?: boolean;
  readonly trace?: string;
  readonly record?: string;
  readonly save?: string;
  readonly shrink?: boolean;
  readonly report?: string;
}

/** How many seeds of a named scenario run where nobody says. */
export const seedsOfNamed = 20;

/** The word that names all scenarios. */
export const everyScenario = 'all';

const own = "(default: the scenario's own)";

export function commandLine(): Command {
  return new Command('simulate')
    .usage('[options]')
    .description(
      'Runs the runtime in a virtual world, deterministically by a seed, and checks what must hold.\n' +
        `Without arguments: a good mixture of all scenarios, ${defaultSetSize} runs.`,
    )
    .optionsGroup('What to run:')
    .option(
      '--scenario <name or file>',
      `what happens: a name (see below), several with commas between, ${everyScenario}, or a .yaml or .json file (default: ${defaultScenario.name})`,
    )
    .option('--seed <n>', 'run this one seed; with --seeds, the first', whole(0, most.seed))
    .option(
      '--seeds <n>',
      `run a set of this many seeds of each scenario that is named (default: ${seedsOfNamed})`,
      whole(1, most.seeds),
    )
    .option('--agents <n>', `how many agents ${own}`, whole(1, most.agents))
    .option('--controllers <n>', `how many controllers ${own}`, whole(1, most.controllers))
    .option('--load-balancers <n>', `how many load balancers ${own}`, whole(1, most.loadBalancers))
    .addOption(timingsOption())
    .option(
      '--nightly',
      `run a set as for a night: ${seedsOfANight} seeds of ${defaultScenario.name}, or --seeds, and a twentieth as many of each other scenario; it fails when a mark was never reached`,
    )
    .option(
      '--planted',
      `prove the checkers: plant the known bugs, and see each of them found by its own checker, in its own scenario or in --scenario, within ${huntSeedsMax} seeds or --seeds`,
    )
    .optionsGroup('How to run a set:')
    .option(
      '--jobs <n>',
      'how many processes run the seeds (default: as many as there are cores)',
      whole(1, most.jobs),
    )
    .option('--require-marks', 'fail when a mark was never reached, or a transition never taken')
    .optionsGroup('What to tell:')
    .option('--json', 'a line of JSON for each run, one more with the sums, and nothing else')
    .option('--coverage', 'after a set, list every mark and transition with its runs')
    .optionsGroup('What to tell of one run:')
    .option('--trace <file>', "write the run's trace to a file, a line of JSON for each event")
    .option('--record <file>', 'record what all actors do, for "holdfast inspect --replay"')
    .option('--save <file>', 'write what is done in the run as a scenario file, YAML or .json')
    .option('--report <file>', 'write the run as a picture: one HTML file')
    .option('--shrink', 'look for the smallest plan that fails alike; --save keeps that one')
    .addHelpText('after', `\nScenarios:\n${scenarioLines()}\n\nExamples:\n${examples}`)
    .allowExcessArguments(false)
    .exitOverride();
}

function timingsOption(): Option {
  return new Option(
    '--timings <preset>',
    `which preset of durations agents and controllers go by ${own}`,
  ).choices(Object.keys(presets));
}

function scenarioLines(): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}

const examples = `  npm run simulate                                  a mixture of everything, and a table
  npm run simulate -- --seeds 200                   200 seeds of ${defaultScenario.name}
  npm run simulate -- --seed 42                     one seed, told line by line
  npm run simulate -- --seed 42 --report a.html   and as a picture
  npm run simulate -- --planted                     can it find bugs at all?`;

function whole(least: number, greatest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > greatest) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${greatest}.`);
    }
    return value;
  };
}
