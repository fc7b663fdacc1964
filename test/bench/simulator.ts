import { cpus, loadavg } from 'node:os';
import { Command } from 'commander';
import { simulate } from '../../simulator/simulate.ts';
import { defaultSize } from '../../simulator/scenarios/scenario.ts';
import type { Observer } from '../../simulator/world/events.ts';
import { wholeNumber } from '../../src/cli/commands/up.ts';
import { churn } from './simulator-churn.ts';
import { rounded } from './statistics.ts';

/** What one round came to. The virtual figures are the same on every machine, for each seed. */
export interface Round {
  readonly seed: number;
  readonly virtualSeconds: number;
  readonly steps: number;
  /** Records that the stores took. */
  readonly writes: number;
  readonly rebinds: number;
  readonly hash: string;
  /** Virtual seconds for each second of wall time, and of the processor's. */
  readonly perWallSecond: number;
  readonly perCpuSecond: number;
}

export interface SimulatorReport {
  readonly benchmark: 'simulator';
  readonly at: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly node: string;
    readonly loadAverage: readonly number[];
  };
  readonly controllers: number;
  readonly agents: number;
  readonly loadBalancers: number;
  /** The first round: code that the engine has not compiled yet. */
  readonly cold: Round;
  /** The later ones, by their processor time: the best of them is the least disturbed. */
  readonly warm: Round;
  readonly rounds: readonly Round[];
}

interface Options {
  readonly controllers: number;
  readonly agents: number;
  readonly loadBalancers: number;
  readonly seconds: number;
  readonly rounds: number;
}

export const simulatorCommand = new Command('simulator')
  .description('a virtual deployment with churn: how many virtual seconds pass in a real one?')
  .option(
    '--controllers <n>',
    'how many controllers share the load balancers',
    wholeNumber(1, 16),
    defaultSize.controllers,
  )
  .option('--agents <n>', 'how many agents there are', wholeNumber(2, 64), 5)
  .option('--load-balancers <n>', 'how many load balancers there are', wholeNumber(1, 2_000), 50)
  .option('--seconds <n>', 'virtual seconds of each round', wholeNumber(1, 100_000), 300)
  .option('--rounds <n>', 'how many rounds; the first is cold', wholeNumber(2, 100), 4)
  .action(async (options: Options) => {
    process.stdout.write(`${JSON.stringify(await measure(options))}\n`);
  });

async function measure(options: Options): Promise<SimulatorReport> {
  const { controllers, agents, loadBalancers } = options;
  const rounds: Round[] = [];
  for (let seed = 1; seed <= options.rounds; seed += 1) {
    const round = await runRound(seed, options);
    rounds.push(round);
    process.stderr.write(`${progress(round)}\n`);
  }
  const [cold, ...later] = rounds;
  const warm = later.toSorted((a, b) => b.perCpuSecond - a.perCpuSecond)[0];
  if (cold === undefined || warm === undefined) throw new Error('fewer than two rounds were run');
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.version,
    loadAverage: loadavg().map(rounded),
  };
  const at = new Date().toISOString();
  const size = { controllers, agents, loadBalancers };
  return { benchmark: 'simulator', at, machine, ...size, cold, warm, rounds };
}

async function runRound(seed: number, options: Options): Promise<Round> {
  const { controllers, agents, loadBalancers, seconds } = options;
  const size = { controllers, agents, loadBalancers };
  let writes = 0;
  const observer: Observer = (event) => {
    if (event.type === 'stored') writes += 1;
  };
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const result = await simulate({ seed, ...size, scenario: churn(seconds), observer });
  const wallSeconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(startedCpu);
  const { ok, violations, virtualMs, steps, rebinds, hash } = result;
  if (!ok) throw new Error(`seed ${seed} violated ${JSON.stringify(violations[0])}`);
  const virtualSeconds = virtualMs / 1_000;
  return {
    seed,
    virtualSeconds: rounded(virtualSeconds),
    steps,
    writes,
    rebinds,
    hash: hash.slice(0, 16),
    perWallSecond: rounded(virtualSeconds / wallSeconds),
    perCpuSecond: rounded(virtualSeconds / ((user + system) / 1e6)),
  };
}

function progress(round: Round): string {
  const { seed, virtualSeconds, steps, writes, rebinds, perWallSecond, perCpuSecond } = round;
  return (
    `seed ${seed}: ${virtualSeconds} virtual s, ${steps} steps, ${writes} writes, ${rebinds} rebinds; ` +
    `${perWallSecond} virtual s per second, ${perCpuSecond} per second of the processor`
  );
}
