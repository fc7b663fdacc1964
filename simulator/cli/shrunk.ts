import { formatLine } from '../chronicle.ts';
import type { Fault } from '../faults/fault.ts';
import type { Plan } from '../scenarios/scenario.ts';
import type { Shrunk } from '../shrink/shrink.ts';
import { changeWords } from '../workload/change.ts';
import type { Work } from '../workload/work.ts';

/** What is left of a plan, what it still violates, and how to run it again. */
export function shrunkText(shrunk: Shrunk, before: Plan, savedAs: string | null): string {
  const { plan, checker, runs, complete, result } = shrunk;
  const [violation] = result.violations;
  const how = complete ? `in ${runs} runs` : `in ${runs} runs, which is the limit`;
  const again =
    savedAs === null
      ? 'keep it with --save <file>'
      : `reproduce: npm run simulate -- --scenario ${savedAs}`;
  return [
    `shrunk ${how}: ${before.faults.length} faults to ${plan.faults.length}, ` +
      `${before.work.length} requests to ${plan.work.length}; it still violates ${checker}`,
    ...plan.faults.map(faultLine),
    ...plan.work.map(workLine),
    `which leads to: ${violation?.message ?? ''}`,
    ...(violation?.events ?? []).map((line) => `  ${formatLine(line)}`),
    again,
  ].join('\n');
}

/** The same for programs, in one line. */
export function shrunkJson({ plan, checker, runs, complete }: Shrunk): string {
  const { faults, work, untilMs } = plan;
  return JSON.stringify({ shrunk: { checker, runs, complete, untilMs, faults, work } });
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;

function faultLine({ kind, atMs, forMs, target, variant }: Fault): string {
  const lasts = forMs === null ? 'for ever' : forMs === 0 ? '' : `for ${seconds(forMs)}`;
  const words = [kind, target, variant, lasts].filter((word) => word !== '');
  return `${seconds(atMs).padStart(11)} fault   ${words.join(' ')}`;
}

function workLine(work: Work): string {
  const { atMs, type, loadBalancer } = work;
  const what = work.type === 'edit' ? `: ${changeWords(work.change)}` : '';
  return `${seconds(atMs).padStart(11)} client  ${type} ${loadBalancer}${what}`;
}
