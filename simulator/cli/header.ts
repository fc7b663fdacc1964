import { plantedBugs } from '../planted/index.ts';
import type { Size } from '../scenarios/scenario.ts';
import { sizeOf } from '../simulate.ts';
import type { CliOptions, PlantedOptions } from './options.ts';
import type { Source } from './source.ts';

/** Where nobody knows how wide the lines may be. */
const usualColumns = 120;

/** Everything that the runs depend on, so that nobody has to guess what was run. */
export function headerOf(options: CliOptions, columns: number = usualColumns): string {
  const { sources } = options;
  const [source] = sources;
  if (source === undefined) return '';
  return sources.length === 1 ? inFull(source, options) : inBrief(options, columns);
}

/** What happens, what must hold, and how large it is. */
function inFull(source: Source, options: CliOptions): string {
  const { name, summary, promise } = source.scenario;
  const which = `${seedsWords(source.seeds, options)}, ${worldWords(source, options)}`;
  const how = `${timingsWords(options)}${beside(options, source.seeds)}`;
  return [`${name}: ${summary}`, promise, `${which}${how}`].join('\n');
}

/** A line for each scenario, with as much of what must hold as fits. */
function inBrief(options: CliOptions, columns: number): string {
  const { sources } = options;
  const runs = sources.reduce((sum, { seeds }) => sum + seeds, 0);
  const nameWidth = Math.max(...sources.map(({ scenario }) => scenario.name.length));
  const seedsWidth = String(Math.max(...sources.map(({ seeds }) => seeds))).length;
  const lines = sources.map(({ scenario: { name, promise }, seeds }) => {
    const line = `  ${name.padEnd(nameWidth)}  ${String(seeds).padStart(seedsWidth)}  ${promise}`;
    return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
  });
  const first = `${sources.length} scenarios, ${runs} runs from seed ${options.seed} on${timingsWords(options)}${beside(options, runs)}`;
  return [`${first}; what must hold in each:`, ...lines].join('\n');
}

function timingsWords({ timings }: CliOptions): string {
  return timings === null ? '' : `, timings of ${timings}`;
}

function beside({ jobs, single }: CliOptions, runs: number): string {
  const processes = Math.min(jobs, runs);
  return single || processes === 1 ? '' : `, in ${processes} processes`;
}

function seedsWords(seeds: number, { seed }: CliOptions): string {
  return seeds === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + seeds - 1}`;
}

function worldWords({ scenario, run }: Source, { size, seed }: CliOptions): string {
  const isSized = Object.keys(size).length === 3;
  if (scenario.drawSize !== undefined && !isSized) return 'in worlds of drawn sizes';
  return sizeWords(sizeOf({ ...run, seed }));
}

function sizeWords({ agents, controllers, loadBalancers }: Size): string {
  return [
    counted(agents, 'agent'),
    counted(loadBalancers, 'load balancer'),
    counted(controllers, 'controller'),
  ].join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function plantedHeader({ scenario, seedsMax }: PlantedOptions, firstSeed: number): string {
  const where = scenario === null ? '' : ` of ${scenario.name}`;
  return [
    `${plantedBugs.length} bugs are planted, one at a time, by replacing a part of the world.`,
    `Each must be found by its own checker within ${seedsMax} seeds${where} from ${firstSeed} on, and the same seeds must pass without it.`,
  ].join('\n');
}
