import { Command, InvalidArgumentError, Option } from 'commander';
import { scenarios } from '../scenarios/index.ts';
import type { Scenario } from '../scenarios/scenario.ts';

export interface CliOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly seeds: number;
  readonly agents: number;
  readonly loadBalancers: number;
  readonly json: boolean;
  readonly trace: string | null;
}

export const defaults = { scenario: 'agent-crash', seed: 1, agents: 3, loadBalancers: 6 } as const;

/** Greater worlds are possible, but a typing error should not run for hours. */
const most = { seed: 2 ** 32 - 1, seeds: 1_000_000, agents: 64, loadBalancers: 2_000 };

/**
 * Parses the command line. Commander itself answers `--help` and what it can't read, and then throws
 * its CommanderError.
 */
export function parseOptions(arguments_: readonly string[]): CliOptions {
  const names = scenarios.map(({ name }) => name);
  const command = new Command('simulate')
    .usage('[options]')
    .description(
      'Runs the runtime in a virtual world, deterministically by a seed, and checks what must hold.',
    )
    .addOption(
      new Option('--scenario <name>', 'what happens').choices(names).default(defaults.scenario),
    )
    .option('--seed <n>', 'the seed', whole(0, most.seed), defaults.seed)
    .option('--seeds <n>', 'run this many seeds, from the seed on', whole(1, most.seeds), 1)
    .option('--agents <n>', 'how many agents', whole(1, most.agents), defaults.agents)
    .option(
      '--load-balancers <n>',
      'how many load balancers',
      whole(1, most.loadBalancers),
      defaults.loadBalancers,
    )
    .option('--json', 'one line of JSON for each seed, and nothing else', false)
    .option('--trace <file>', "write the run's trace to a file, a line of JSON for each event")
    .allowExcessArguments(false)
    .exitOverride()
    .parse([...arguments_], { from: 'user' });
  const given = command.opts<{
    scenario: string;
    seed: number;
    seeds: number;
    agents: number;
    loadBalancers: number;
    json: boolean;
    trace?: string;
  }>();
  if (given.trace !== undefined && given.seeds > 1) {
    command.error('error: --trace writes one run, so it goes with one seed; leave --seeds out');
  }
  const scenario = scenarios.find(({ name }) => name === given.scenario);
  if (scenario === undefined) throw new Error(`there is no scenario '${given.scenario}'`);
  return { ...given, scenario, trace: given.trace ?? null };
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
