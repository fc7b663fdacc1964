import { bucketNames } from '../../src/ports/store.ts';
import { directions } from '../world/network.ts';
import type { FaultEntry, ScenarioFile } from './schema.ts';

/** What is wrong in a file although each part alone is well-formed. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Drawn faults end exactly with the run, but for the rounding of floats. */
const roundingMs = 0.001;

export function problemsOf(file: ScenarioFile): readonly Problem[] {
  return [
    ...file.faults.flatMap((fault, index) => faultProblems(fault, index, file)),
    ...workProblems(file),
  ];
}

function faultProblems(fault: FaultEntry, index: number, file: ScenarioFile): Problem[] {
  const problems: Problem[] = [];
  const note = (key: string, message: string) =>
    problems.push({ path: ['faults', index, key], message });
  if (fault.at + (fault.for ?? 0) > file.until + roundingMs) {
    note('at', "it must be over by 'until'; make it shorter or earlier, or say 'for: ever'");
  }
  const targets = targetsOf(fault.kind, file);
  if (targets !== null && !targets.includes(fault.target)) {
    note(
      'target',
      `'${fault.target}' is no target of ${fault.kind}; it must be ${choice(targets)}`,
    );
  }
  const wrong = variantProblem(fault);
  if (wrong !== null) note('variant', `'${fault.variant}' ${wrong}`);
  return problems;
}

/** Null: any. */
function targetsOf(kind: string, { topology }: ScenarioFile): readonly string[] | null {
  const numbered = (role: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);
  if (kind.startsWith('agent-')) return numbered('agent', topology.agents);
  if (kind.startsWith('controller-')) return numbered('controller', topology.controllers);
  if (kind === 'store-failure') return bucketNames;
  return null;
}

function variantProblem({ kind, variant, target }: FaultEntry): string | null {
  if (kind.endsWith('-cut')) return among(variant, directions);
  if (kind.endsWith('-disconnect') && variant === '') {
    return "must be the server's reason, such as 'Read Error' or 'Stale Connection'";
  }
  if (/^(device|store)-(slow|stall)$/.test(kind) && !(Number(variant) >= 1)) {
    return 'must be how many times as long each call takes, 1 or more';
  }
  if (kind === 'device-unreachable' && variant === '') return 'must say why nobody reaches it';
  if (kind === 'device-failure') {
    if (!/^[1-9]\d*$/.test(target)) return "needs a target: how many calls fail, such as '3'";
    return among(variant, ['retryable', 'unknown']);
  }
  if (kind === 'store-failure') {
    const words = variant.split(' ').map((word) => among(word, storeFailures));
    return words.find((wrong) => wrong !== null) ?? null;
  }
  return null;
}

const storeFailures = ['unavailable', 'unknown-committed', 'unknown-lost'];

function among(word: string, words: readonly string[]): string | null {
  return words.includes(word) ? null : `must be ${choice(words)}`;
}

const choice = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' or ');

function workProblems({ workload, topology, until }: ScenarioFile): Problem[] {
  if (!Array.isArray(workload)) {
    if (topology.loadBalancers !== undefined) return [];
    const message = 'a drawn workload needs to know how many load balancers, such as 6';
    return [{ path: ['topology', 'loadBalancers'], message }];
  }
  const problems: Problem[] = [];
  if (topology.loadBalancers !== undefined) {
    const message = 'the workload lists what is created, so leave it out';
    problems.push({ path: ['topology', 'loadBalancers'], message });
  }
  const creates = new Set<string>();
  for (const [index, work] of workload.entries()) {
    if (work.do !== 'create') continue;
    if (creates.has(work.loadBalancer)) {
      const message = `'${work.loadBalancer}' is created twice; give each its own name`;
      problems.push({ path: ['workload', index, 'loadBalancer'], message });
    }
    creates.add(work.loadBalancer);
  }
  for (const [index, work] of workload.entries()) {
    const note = (key: string, message: string) =>
      problems.push({ path: ['workload', index, key], message });
    if (work.at > until) note('at', "it must happen before 'until'");
    if (!creates.has(work.loadBalancer)) {
      note('loadBalancer', `nothing creates '${work.loadBalancer}'; add a 'do: create' for it`);
    }
    if (work.do === 'edit' && (work.description === undefined) === (work.operation === undefined)) {
      note('do', "an edit has either a 'description' or an 'operation'");
    }
  }
  return problems;
}
