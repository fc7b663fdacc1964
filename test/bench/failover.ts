import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type PresetName, presets } from '../../machines/timings/timings.ts';
import { agentsMax } from '../../src/up/agents-max.ts';
import { wholeNumber } from '../../src/cli/commands/up.ts';
import { natsServerBinary } from '../../src/nats-server/version.ts';
import {
  type EventName,
  events,
  type FailoverTimes,
  runDirectory,
  runFailover,
} from './failover-run.ts';
import { createsInFlight, type Shape, type ShapeName, shapes } from './load-balancers.ts';
import { describeMachine, type Machine } from './machine.ts';
import { percentile, rounded, spread, type Spread } from './statistics.ts';

/** More would not fit into the addresses that the benchmark gives out. */
const loadBalancersMax = 10_000;

/** What one run came to; milliseconds since the event, over all load balancers. */
export interface RunResult {
  readonly held: number;
  readonly rebound: number;
  readonly holders: Readonly<Record<string, number>>;
  /** Processor time until all was settled, by process. */
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly load: number;
  readonly yardstickMs: number;
  readonly detectedMs: number;
  readonly firstCommandMs: number;
  readonly commandP50Ms: number;
  readonly commandP99Ms: number;
  readonly lastCommandMs: number;
  readonly settledP50Ms: number;
  readonly settledP99Ms: number;
  readonly lastSettledMs: number;
  readonly createdPerSecond: number;
  readonly createP50Ms: number;
  readonly createP99Ms: number;
}

type Measure = Exclude<keyof RunResult, 'holders' | 'cpuMs'>;

export interface FailoverReport {
  readonly benchmark: 'failover';
  readonly at: string;
  readonly machine: Machine;
  readonly agents: number;
  readonly event: EventName;
  readonly preset: PresetName;
  readonly shape: Shape;
  readonly createsInFlight: number;
  readonly logLevel: string;
  readonly sizes: readonly {
    readonly loadBalancers: number;
    readonly over: Readonly<Record<Measure, Spread>>;
    readonly runs: readonly RunResult[];
  }[];
}

interface Options {
  readonly loadBalancers: readonly number[];
  readonly runs: number;
  readonly agents: number;
  readonly event: EventName;
  readonly preset: PresetName;
  readonly shape: ShapeName;
  readonly logLevel: string;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

export const failoverCommand = new Command('failover')
  .description('the agent that holds them all dies: when are its load balancers rebound?')
  .option(
    '--load-balancers <n,…>',
    'how many it holds; each number is measured',
    sizes,
    [1, 100, 1_000],
  )
  .option('--runs <n>', 'how often each is measured', wholeNumber(1, 100), 3)
  .option('--agents <n>', 'how many agents there are', wholeNumber(2, agentsMax), 2)
  .addOption(
    new Option('--event <name>', 'what befalls it')
      .choices(Object.keys(events))
      .default('agent-killed'),
  )
  .addOption(
    new Option('--shape <name>', 'small: 1 listener, 1 pool, 3 members; large: 5, 5 and 25')
      .choices(Object.keys(shapes))
      .default('small'),
  )
  .addOption(
    new Option('--preset <name>', 'of durations; a cluster goes by local')
      .choices(Object.keys(presets))
      .default('local'),
  )
  .addOption(
    new Option('--log-level <level>', 'what the processes log; from info on it goes to /dev/null')
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .default('warn'),
  )
  .action(async (options: Options) => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
    process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
    const report = await failover(options, directory);
    process.stdout.write(`${JSON.stringify(report)}\n`);
  });

function sizes(text: string): readonly number[] {
  const counts = text.split(',').map(Number);
  const good = counts.every((n) => Number.isInteger(n) && n >= 1 && n <= loadBalancersMax);
  if (good) return counts;
  throw new InvalidArgumentError(`give numbers from 1 to ${loadBalancersMax}, such as 1,100,1000`);
}

async function failover(options: Options, directory: string): Promise<FailoverReport> {
  const { agents, logLevel, event, preset } = options;
  const shape = shapes[options.shape];
  const common = { agents, event, preset, shape, logLevel };
  const machine = await describeMachine(natsServerBinary(process.env));
  say(`${machine.cpu}, ${machine.cores} cores, load ${machine.loadAverage.join(' ')}`);
  const results = [];
  for (const loadBalancers of options.loadBalancers) {
    const runs: RunResult[] = [];
    for (let run = 1; run <= options.runs; run += 1) {
      const own = runDirectory(directory, loadBalancers, run);
      const times = await runFailover({ loadBalancers, ...common, directory: own });
      const result = summarise(times);
      runs.push(result);
      say(progress(loadBalancers, run, result));
      rmSync(own, { recursive: true, force: true });
    }
    results.push({ loadBalancers, over: spreads(runs), runs });
  }
  const at = new Date().toISOString();
  return { benchmark: 'failover', at, machine, ...common, createsInFlight, sizes: results };
}

function summarise(times: FailoverTimes): RunResult {
  const { acceptedMs, settledMs, creation, holders, cpuMs } = times;
  const at = (values: readonly number[], percent: number) => rounded(percentile(values, percent));
  return {
    held: creation.ids.length,
    rebound: settledMs.length,
    holders,
    cpuMs,
    load: rounded(times.load),
    yardstickMs: rounded(times.yardstickMs),
    detectedMs: rounded(times.detectedMs),
    firstCommandMs: at(acceptedMs, 0),
    commandP50Ms: at(acceptedMs, 50),
    commandP99Ms: at(acceptedMs, 99),
    lastCommandMs: at(acceptedMs, 100),
    settledP50Ms: at(settledMs, 50),
    settledP99Ms: at(settledMs, 99),
    lastSettledMs: at(settledMs, 100),
    createdPerSecond: rounded((creation.ids.length / creation.tookMs) * 1_000),
    createP50Ms: at(creation.latenciesMs, 50),
    createP99Ms: at(creation.latenciesMs, 99),
  };
}

function spreads(runs: readonly RunResult[]): Record<Measure, Spread> {
  const [first] = runs;
  const measures = Object.entries(first ?? {})
    .filter(([, value]) => typeof value === 'number')
    .map(([name]) => name as Measure);
  return Object.fromEntries(
    measures.map((name) => [name, spread(runs.map((run) => run[name]))]),
  ) as Record<Measure, Spread>;
}

function progress(loadBalancers: number, run: number, result: RunResult): string {
  const { detectedMs, firstCommandMs, commandP99Ms, lastCommandMs } = result;
  const { lastSettledMs, createdPerSecond, createP50Ms, createP99Ms } = result;
  return (
    `${loadBalancers} load balancers, run ${run}: detected ${detectedMs}, ` +
    `first command ${firstCommandMs}, p99 ${commandP99Ms}, last ${lastCommandMs}, ` +
    `settled ${lastSettledMs} ms; created ${createdPerSecond}/s, p50 ${createP50Ms}, p99 ${createP99Ms} ms; ` +
    `load ${result.load}, yardstick ${result.yardstickMs} ms, CPU ms ${JSON.stringify(result.cpuMs)}`
  );
}
