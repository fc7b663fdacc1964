import { Document, isMap, isSeq, visit } from 'yaml';
import { presets, type Timings } from '../../machines/timings/timings.ts';
import type { Fault } from '../faults/fault.ts';
import type { Plan } from '../scenarios/scenario.ts';
import { type RunOptions, sizeOf, timingsOf } from '../simulate.ts';
import { itself } from '../workload/resources.ts';
import type { Work } from '../workload/work.ts';
import { formatDuration } from './duration.ts';
import { formatName } from './schema.ts';

/** Entries deeper than this stand on one line, as in a table. */
const blockDepth = 2;

/**
 * The scenario file of a run: reading it and running its seed is that very run. `json` writes the
 * same as JSON.
 */
export function scenarioFileText(run: RunOptions, plan: Plan, json = false): string {
  const file = scenarioFileOf(run, plan);
  if (json) return `${JSON.stringify(file, null, 2)}\n`;
  const document = new Document(file);
  visit(document, {
    Collection: (_, node, path) => {
      if (path.filter((each) => isMap(each) || isSeq(each)).length >= blockDepth) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function scenarioFileOf(run: RunOptions, plan: Plan): object {
  const { controllers, agents, agentsPerHost = 1, ...size } = sizeOf(run);
  const { vips, witnesses, queued, unfenced, rebalance, capacity } = size;
  const { checkers = [] } = run.scenario;
  const creates = plan.work.filter((work) => work.type === 'create');
  return {
    format: formatName,
    name: run.scenario.name,
    summary: run.scenario.summary,
    promise: run.scenario.promise,
    seed: run.seed,
    topology: {
      controllers,
      agents,
      ...(agentsPerHost === 1 ? {} : { agentsPerHost }),
      ...(vips === true ? { vips } : {}),
      ...(witnesses === true ? { witnesses } : {}),
      ...(queued === true ? { queued } : {}),
      ...(unfenced === true ? { unfenced } : {}),
      ...(rebalance === true ? { rebalance } : {}),
      ...(typeof capacity !== 'number' ? {} : { capacity }),
    },
    timings: timingsEntry(timingsOf(run)),
    until: formatDuration(plan.untilMs),
    ...(checkers.length === 0 ? {} : { checkers: checkers.map((each) => each.name) }),
    ...(plan.absent === undefined ? {} : { absent: plan.absent }),
    faults: plan.faults.map(faultEntry),
    workload: plan.work.map(workEntry),
    documents: Object.fromEntries(
      creates.map(({ loadBalancer, attributes }) => [loadBalancer, attributes]),
    ),
  };
}

function timingsEntry(timings: Timings): object {
  const changed = Object.entries(timings).filter(
    ([name, value]) => presets.lan[name as keyof Timings] !== value,
  );
  return { preset: 'lan', ...Object.fromEntries(changed) };
}

function faultEntry({ kind, atMs, forMs, target, variant }: Fault): object {
  const lasts = forMs === null ? 'ever' : formatDuration(forMs);
  return {
    kind,
    at: formatDuration(atMs),
    ...(forMs === 0 ? {} : { for: lasts }),
    ...(target === '' ? {} : { target }),
    ...(variant === '' ? {} : { variant }),
  };
}

function workEntry(work: Work): object {
  const { atMs, type, loadBalancer, hand } = work;
  const which = hand === undefined ? {} : { hand };
  const about = { at: formatDuration(atMs), do: type, loadBalancer, ...which };
  if (work.type === 'delete' && work.plain === true) return { ...about, plain: true };
  if (work.type !== 'edit') return about;
  const { kind, verb, name, attributes } = work.change;
  const { description, ...others } = attributes;
  const isShort = kind === itself.kind && typeof description === 'string';
  if (isShort && verb === 'update' && Object.keys(others).length === 0) {
    return { ...about, description };
  }
  return { ...about, operation: { verb, kind, ...(name === '' ? {} : { name }), attributes } };
}
