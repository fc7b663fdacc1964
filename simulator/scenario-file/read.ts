import { readFileSync } from 'node:fs';
import { YAMLParseError, parse } from 'yaml';
import { assertRelations } from '../../machines/timings/relations.ts';
import { presets, type Timings } from '../../machines/timings/timings.ts';
import type { Scenario, Size } from '../scenarios/scenario.ts';
import type { RunOptions } from '../simulate.ts';
import { Draft } from '../workload/draft.ts';
import { itself } from '../workload/resources.ts';
import { drawProviders, drawWork, type Work } from '../workload/work.ts';
import { RandomStream } from '../world/random-streams.ts';
import { problemsOf } from './check.ts';
import type { Problem } from './problem.ts';
import { scenarioCheckers, ScenarioFile } from './schema.ts';

/** A scenario file that can't be run: says which file, which key, and what would be right. */
export class ScenarioFileError extends Error {
  override readonly name = 'ScenarioFileError';

  constructor(path: string, problems: readonly Problem[]) {
    const lines = problems.map((problem) => `${path}: ${keyOf(problem.path)}${problem.message}`);
    super(lines.join('\n'));
  }
}

export interface LoadedScenario {
  readonly seed: number;
  readonly run: Omit<RunOptions, 'seed'>;
}

/** Reads a scenario file, YAML or JSON. Throws a ScenarioFileError. */
export function readScenarioFile(path: string): LoadedScenario {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ScenarioFileError(path, [{ path: [], message: `it can't be read: ${why}` }]);
  }
  return parseScenario(text, path);
}

/** The same for a text; `path` is its name in errors. */
export function parseScenario(text: string, path: string): LoadedScenario {
  const parsed = ScenarioFile.safeParse(yamlOf(text, path));
  if (!parsed.success) throw new ScenarioFileError(path, parsed.error.issues.flatMap(innermost));
  const file = parsed.data;
  const problems = problemsOf(file);
  if (problems.length > 0) throw new ScenarioFileError(path, problems);
  return { seed: file.seed, run: { scenario: scenarioOf(file), timings: timingsOf(file, path) } };
}

function yamlOf(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new ScenarioFileError(path, [{ path: [], message: error.message }]);
  }
}

function timingsOf({ timings }: ScenarioFile, path: string): Timings {
  const { preset, ...changed } = timings;
  try {
    return assertRelations({ ...presets[preset], ...changed });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ScenarioFileError(path, [{ path: ['timings'], message }]);
  }
}

function scenarioOf(file: ScenarioFile): Scenario {
  const { name, summary, promise, absent, until: untilMs } = file;
  const faults = file.faults.map(({ kind, at, for: forMs, target, variant }) => ({
    kind,
    atMs: at,
    forMs,
    target,
    variant,
  }));
  return {
    name,
    summary,
    promise,
    size: sizeOf(file),
    checkers: file.checkers.flatMap((each) => scenarioCheckers.get(each) ?? []),
    plan: (stream, { loadBalancers }) => {
      const { workload } = file;
      if (Array.isArray(workload)) return { work: workOf(file), faults, untilMs, absent };
      const { createdBy, providers, ...drawn } = workload;
      const frame = { loadBalancers, createdByMs: createdBy, untilMs, ...drawn };
      const provider = drawProviders(stream('providers'), providers);
      return { work: drawWork(stream('workload'), frame, provider), faults, untilMs, absent };
    },
  };
}

function sizeOf({ topology, workload }: ScenarioFile): Size {
  const { loadBalancers, ...others } = topology;
  const creates = Array.isArray(workload)
    ? workload.filter((work) => work.do === 'create').length
    : 0;
  return {
    ...others,
    loadBalancers: loadBalancers ?? creates,
  };
}

function workOf({ workload, documents }: ScenarioFile): readonly Work[] {
  if (!Array.isArray(workload)) return [];
  return workload.map((work): Work => {
    const { at: atMs, loadBalancer, hand } = work;
    const task = { atMs, loadBalancer, ...(hand === undefined ? {} : { hand }) };
    if (work.do === 'create') {
      // It is the same for every seed, as it would be if it stood in the file.
      const plain = new Draft(new RandomStream(0, `document:${loadBalancer}`), false).attributes;
      return { ...task, type: 'create', attributes: documents[loadBalancer] ?? plain };
    }
    if (work.do === 'delete') {
      return { ...task, type: 'delete', ...(work.plain === true ? { plain: true } : {}) };
    }
    const change = work.operation ?? {
      ...itself,
      verb: 'update' as const,
      attributes: { description: work.description ?? '' },
    };
    return { ...task, type: 'edit', change };
  });
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
}

/** Of a choice that nothing fits: what is wrong with the form that came nearest, the deepest one. */
function innermost(issue: Issue): Problem[] {
  const { path, message, errors = [] } = issue;
  const depth = (issues: readonly Issue[]) =>
    Math.max(0, ...issues.map((each) => each.path.length));
  const [nearest] = errors.toSorted((a, b) => depth(b) - depth(a));
  if (nearest === undefined || depth(nearest) === 0) return [{ path, message }];
  return nearest.flatMap((inner) => innermost({ ...inner, path: [...path, ...inner.path] }));
}

/** `faults[2].target: `; nothing for the file as a whole. */
function keyOf(path: readonly PropertyKey[]): string {
  const words = path.map((part, index) =>
    typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
  );
  return words.length === 0 ? '' : `${words.join('')}: `;
}
