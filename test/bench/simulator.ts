import { cpus, loadavg } from 'node:os';
import { Command, Option } from 'commander';
import { measuredRun } from '../../simulator/cli/measured-run.ts';
import { defaultScenario } from '../../simulator/scenarios/index.ts';
import type { Scenario, Size } from '../../simulator/scenarios/scenario.ts';
import { wholeNumber } from '../../src/cli/commands/up.ts';
import { churn } from './simulator-churn.ts';
import { rounded } from './statistics.ts';

/** What happened: the same on every machine, so that speed can't be bought with emptiness. */
export interface Happened {
  readonly virtualSeconds: number;
  readonly steps: number;
  readonly faults: number;
  /** Records that the stores took. */
  readonly writes: number;
  readonly rebinds: number;
}

/** Virtual seconds for each second of wall time, and of the processor's. */
export interface Speed {
  readonly perWallSecond: number;
  readonly perCpuSecond: number;
}

export interface Round extends Happened, Speed {
  readonly seed: number;
  readonly hash: string;
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
  readonly scenario: string;
  readonly controllers: number;
  readonly agents: number;
  readonly loadBalancers: number;
  /** What happened in a round on average. */
  readonly average: Happened;
  /** The first round: code that the engine has not compiled yet. */
  readonly cold: Speed;
  /** The second half of the rounds together. */
  readonly warm: Speed;
  /** The round of them that took the least processor time: it was the least disturbed. */
  readonly best: Speed;
  readonly rounds: readonly Round[];
}

interface Options extends Size {
  readonly scenario: 'default' | 'churn';
  readonly seconds: number;
  readonly rounds: number;
}

export const simulatorCommand = new Command('simulator')
  .description('a virtual deployment in trouble: how many virtual seconds pass in a real one?')
  .addOption(
    new Option('--scenario <name>', "the simulator's default, or agents that keep dying")
      .choices(['default', 'churn'])
      .default('default'),
  )
  .option(
    '--controllers <n>',
    'how many controllers share the load balancers',
    wholeNumber(1, 16),
    defaultScenario.size.controllers,
  )
  .option(
    '--agents <n>',
    'how many agents there are',
    wholeNumber(2, 64),
    defaultScenario.size.agents,
  )
  .option(
    '--load-balancers <n>',
    'how many load balancers there are',
    wholeNumber(1, 2_000),
    defaultScenario.size.loadBalancers,
  )
  .option('--seconds <n>', 'virtual seconds of a round of churn', wholeNumber(1, 100_000), 300)
  .option('--rounds <n>', 'how many rounds; the first is cold', wholeNumber(2, 1_000), 20)
  .action(async (options: Options) => {
    process.stdout.write(`${JSON.stringify(await measure(options))}\n`);
  });

interface Measured {
  readonly round: Round;
  readonly virtualMs: number;
  readonly wallMs: number;
  readonly cpuMs: number;
}

async function measure(options: Options): Promise<SimulatorReport> {
  const { controllers, agents, loadBalancers } = options;
  const size = { controllers, agents, loadBalancers };
  const scenario = options.scenario === 'churn' ? churn(options.seconds) : defaultScenario;
  const measured: Measured[] = [];
  for (let seed = 1; seed <= options.rounds; seed += 1) {
    const one = await runRound(seed, scenario, size);
    measured.push(one);
    process.stderr.write(`${progress(one.round)}\n`);
  }
  const warm = measured.slice(Math.ceil(measured.length / 2));
  const best = warm.toSorted((a, b) => b.round.perCpuSecond - a.round.perCpuSecond);
  return {
    benchmark: 'simulator',
    at: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      node: process.version,
      loadAverage: loadavg().map(rounded),
    },
    scenario: scenario.name,
    ...size,
    average: averageOf(measured.map(({ round }) => round)),
    cold: speedOf(measured.slice(0, 1)),
    warm: speedOf(warm),
    best: speedOf(best.slice(0, 1)),
    rounds: measured.map(({ round }) => round),
  };
}

async function runRound(seed: number, scenario: Scenario, size: Size): Promise<Measured> {
  const startedCpu = process.cpuUsage();
  const { result, faults, writes, wallMs } = await measuredRun({ seed, ...size, scenario });
  const { user, system } = process.cpuUsage(startedCpu);
  const { ok, violations, virtualMs, steps, rebinds, hash } = result;
  if (!ok) throw new Error(`seed ${seed} violated ${JSON.stringify(violations[0])}`);
  const cpuMs = (user + system) / 1_000;
  const happened = { virtualSeconds: rounded(virtualMs / 1_000), steps, faults, writes, rebinds };
  const perWallSecond = rounded(virtualMs / wallMs);
  const perCpuSecond = rounded(virtualMs / cpuMs);
  const round = { seed, ...happened, hash: hash.slice(0, 16), perWallSecond, perCpuSecond };
  return { round, virtualMs, wallMs, cpuMs };
}

/** Of several rounds together, so that a slow one counts for as long as it took. */
function speedOf(measured: readonly Measured[]): Speed {
  const virtualMs = sum(measured.map((one) => one.virtualMs));
  return {
    perWallSecond: rounded(virtualMs / sum(measured.map(({ wallMs }) => wallMs))),
    perCpuSecond: rounded(virtualMs / sum(measured.map(({ cpuMs }) => cpuMs))),
  };
}

function averageOf(rounds: readonly Round[]): Happened {
  const average = (of: (round: Round) => number) => rounded(sum(rounds.map(of)) / rounds.length);
  return {
    virtualSeconds: average((round) => round.virtualSeconds),
    steps: average((round) => round.steps),
    faults: average((round) => round.faults),
    writes: average((round) => round.writes),
    rebinds: average((round) => round.rebinds),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function progress(round: Round): string {
  const { seed, virtualSeconds, steps, faults, writes, rebinds } = round;
  const { perWallSecond, perCpuSecond } = round;
  return (
    `seed ${seed}: ${virtualSeconds} virtual s, ${steps} steps, ${faults} faults, ` +
    `${writes} writes, ${rebinds} rebinds; ` +
    `${perWallSecond} virtual s per second, ${perCpuSecond} per second of the processor`
  );
}
