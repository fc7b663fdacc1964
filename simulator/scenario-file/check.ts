import type { Targets } from '../faults/fault.ts';
import { faultKind } from '../faults/index.ts';
import { nameOf } from '../workload/work.ts';
import { inventoryOf } from '../world/topology.ts';
import { operationProblems } from './operations.ts';
import type { Problem } from './problem.ts';
import type { FaultEntry, ScenarioFile } from './schema.ts';

/** Drawn faults end exactly with the run, but for the rounding of floats. */
const roundingMs = 0.001;

export function problemsOf(file: ScenarioFile): readonly Problem[] {
  return [
    ...absentProblems(file),
    ...file.faults.flatMap((fault, index) => faultProblems(fault, index, file)),
    ...workProblems(file),
  ];
}

function absentProblems(file: ScenarioFile): Problem[] {
  const { agents } = targetsOf(file);
  return file.absent.flatMap((id, index) =>
    agents.includes(id)
      ? []
      : [{ path: ['absent', index], message: `'${id}' is no agent of this world` }],
  );
}

function faultProblems(fault: FaultEntry, index: number, file: ScenarioFile): Problem[] {
  const problems: Problem[] = [];
  const note = (key: string, message: string) =>
    problems.push({ path: ['faults', index, key], message });
  if (fault.at + (fault.for ?? 0) > file.until + roundingMs) {
    note('at', "it must be over by 'until'; make it shorter or earlier, or say 'for: ever'");
  }
  const { kind, at: atMs, for: forMs, target, variant } = fault;
  const wrong = faultKind(kind).problem({ kind, atMs, forMs, target, variant }, targetsOf(file));
  if (wrong !== null) note(wrong.key, wrong.message);
  return problems;
}

function targetsOf({ topology, workload }: ScenarioFile): Targets {
  const drawn = Array.from({ length: topology.loadBalancers ?? 0 }, (_, index) => nameOf(index));
  const created = Array.isArray(workload)
    ? workload.flatMap((work) => (work.do === 'create' ? [work.loadBalancer] : []))
    : drawn;
  return { ...inventoryOf(topology), loadBalancers: created };
}

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
    if (work.do !== 'edit' || work.operation === undefined) continue;
    for (const { path, message } of operationProblems(work.operation)) {
      problems.push({ path: ['workload', index, 'operation', ...path], message });
    }
  }
  return problems;
}
