import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../../src/cli/commands/up.ts';
import { table } from '../../src/client/table.ts';
import { natsServerBinary } from '../../src/nats-server/version.ts';
import { AgentLoad } from './agent-load.ts';
import { type ApplyLatency, applyLatency, type Latency } from './apply-latency.ts';
import { type DriverName, driverNames, driverPlaces, placesMax } from './driver-places.ts';
import { membersEach } from './load-balancers.ts';
import { describeMachine, type Machine } from './machine.ts';
import { growingRate, type RateStep } from './open-loop.ts';

/** How much one agent does on one device that holds so many load balancers. */
export interface Capacity {
  readonly held: number;
  /** The greatest rate of edits at which the backlog did not grow; 0 where it grew at each. */
  readonly editsPerSecond: number;
  /** How long edits took at that rate, from when they came; null where it is 0. */
  readonly latency: Latency | null;
  readonly steps: readonly RateStep[];
}

export interface DriversReport {
  readonly benchmark: 'drivers';
  readonly at: string;
  readonly machine: Machine;
  readonly applies: number;
  readonly membersEach: number;
  readonly stepMs: number;
  readonly drivers: readonly {
    readonly driver: DriverName;
    readonly latency: ApplyLatency;
    readonly capacity: readonly Capacity[];
  }[];
}

interface Options {
  readonly drivers: readonly DriverName[];
  readonly applies: number;
  readonly held: readonly number[];
  readonly stepMs: number;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

export const driversCommand = new Command('drivers')
  .description('drivers on real devices: how long do applies take, and how many can one agent do?')
  .option('--drivers <name,…>', 'which are measured', names, driverNames)
  .option('--applies <n>', 'how many load balancers applies are timed of', count, 50)
  .option('--held <n,…>', 'how many one agent holds while edits come', counts, [10, 100])
  .option('--step-ms <ms>', 'how long edits come at one rate', wholeNumber(200, 600_000), 5_000)
  .action(async (options: Options) => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
    process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
    const report = await measure(options, directory);
    say(tables(report));
    process.stdout.write(`${JSON.stringify(report)}\n`);
  });

function names(text: string): readonly DriverName[] {
  return text.split(',').map((name) => {
    const known = driverNames.find((each) => each === name);
    if (known !== undefined) return known;
    throw new InvalidArgumentError(`give some of ${driverNames.join(',')}`);
  });
}

function count(text: string): number {
  const [only, ...more] = counts(text);
  if (only !== undefined && more.length === 0) return only;
  throw new InvalidArgumentError('give one number');
}

function counts(text: string): readonly number[] {
  const given = text.split(',').map(Number);
  if (given.every((n) => Number.isInteger(n) && n >= 1 && n <= placesMax)) return given;
  throw new InvalidArgumentError(`give numbers from 1 to ${placesMax}, such as 10,100`);
}

async function measure(options: Options, directory: string): Promise<DriversReport> {
  const { applies, stepMs } = options;
  const machine = await describeMachine(natsServerBinary(process.env));
  say(`${machine.cpu}, ${machine.cores} cores, load ${machine.loadAverage.join(' ')}`);
  const drivers = [];
  for (const driver of options.drivers) {
    const latency = await onNewDevice(driver, (place) => applyLatency(place, applies));
    say(`${driver}: ${JSON.stringify(latency)}`);
    const capacity: Capacity[] = [];
    for (const held of options.held) {
      const own = mkdtempSync(join(directory, `${driver}-`));
      const steps = await underLoad(driver, held, own, stepMs);
      for (const step of steps) say(`${driver}, ${held} held: ${JSON.stringify(step)}`);
      capacity.push({ held, ...summary(steps), steps });
    }
    drivers.push({ driver, latency, capacity });
  }
  const at = new Date().toISOString();
  return { benchmark: 'drivers', at, machine, applies, membersEach, stepMs, drivers };
}

type Place = Awaited<ReturnType<(typeof driverPlaces)[DriverName]>>;

async function onNewDevice<T>(name: DriverName, work: (place: Place) => Promise<T>): Promise<T> {
  const place = await driverPlaces[name]();
  try {
    return await work(place);
  } finally {
    await place.close();
  }
}

function underLoad(
  name: DriverName,
  held: number,
  directory: string,
  stepMs: number,
): Promise<readonly RateStep[]> {
  return onNewDevice(name, async (place) => {
    const load = await AgentLoad.start(await place.driver('agent-1'), directory, held);
    try {
      return await growingRate(load, stepMs);
    } finally {
      await load.stop();
    }
  });
}

function summary(steps: readonly RateStep[]): Pick<Capacity, 'editsPerSecond' | 'latency'> {
  const tooMuch = steps.filter(({ keptUp }) => !keptUp).map(({ perSecond }) => perSecond);
  // Above a rate that was too much, luck may have kept up with another.
  const kept = steps.filter((each) => each.keptUp && each.perSecond < Math.min(...tooMuch));
  const greatest = kept.toSorted((a, b) => b.perSecond - a.perSecond)[0];
  return { editsPerSecond: greatest?.perSecond ?? 0, latency: greatest?.latency ?? null };
}

/** For people. */
function tables({ drivers }: DriversReport): string {
  const of = ({ medianMs, p95Ms }: Latency) => `${medianMs} / ${p95Ms}`;
  const latencies = drivers.map(({ driver, latency: { first, edit, takeover } }) => {
    return [driver, of(first), of(edit), of(takeover)];
  });
  const capacities = drivers.flatMap(({ driver, capacity }) =>
    capacity.map(({ held, editsPerSecond, latency }) => [
      driver,
      String(held),
      String(editsPerSecond),
      latency === null ? '' : of(latency),
      String(Math.floor(60 * editsPerSecond)),
    ]),
  );
  return [
    '',
    table(['MS, MEDIAN / P95', 'FIRST APPLY', 'EDIT', 'TAKEOVER'], latencies),
    '',
    table(['DRIVER', 'HELD', 'EDITS/S', 'MS, MEDIAN / P95', 'EDITS/MIN'], capacities),
  ].join('\n');
}
