import { type BindingSpan, type DeviceMark, type ReportData } from './data.ts';
import { deviceRow, networkRow, storeRow } from '../faults/fault.ts';
import { escapeHtml, type Mark, markHtml, seconds } from './html.ts';

/** How many colours tell epochs apart; then they begin anew. */
export const epochColours = 8;

/** How long a bar of the store's histogram is. */
const binMs = 200;

/** A bar that is shorter than this share of the whole has no room for words. */
const labelShare = 0.012;

/** All rows, in their order: processes, network, store, device, load balancers. */
export function rowsHtml(data: ReportData): string {
  const { processes, faults, loadBalancers } = data;
  const controllers = processes.filter(({ role }) => role === 'controller');
  const agents = processes.filter(({ role }) => role === 'agent');
  const network = faults.some(({ row }) => row === networkRow) ? row(data, networkRow, []) : '';
  return [
    heading('controllers and agents'),
    ...controllers.map(({ id }) => row(data, id, [])),
    ...agents.map((agent) => agentRow(data, agent.id)),
    heading('what they share'),
    network,
    row(data, storeRow, storeMarks(data)),
    row(data, deviceRow, data.device.map(deviceMark)),
    heading(`${loadBalancers.length} load balancers`),
    ...loadBalancers.map((loadBalancer) => loadBalancerRow(data, loadBalancer.id)),
  ].join('\n');
}

const heading = (text: string): string =>
  `<div class="group"><span>${escapeHtml(text)}</span></div>`;

function row(data: ReportData, id: string, marks: readonly Mark[], name = id, more = ''): string {
  const shades = data.faults.filter((fault) => fault.row === id).map(faultMark);
  const body = [...shades, ...marks].map((mark) => markHtml(mark, data.endMs)).join('');
  return `<div class="row ${more}" data-row="${escapeHtml(id)}"><b title="${escapeHtml(id)}">${escapeHtml(name)}</b><div class="lane">${body}</div></div>`;
}

function faultMark({ kind, detail, fromMs, toMs }: ReportData['faults'][number]): Mark {
  const lasts = toMs > fromMs ? `from ${seconds(fromMs)} to ${seconds(toMs)}` : seconds(fromMs);
  const words = detail === '' ? '' : ` (${detail})`;
  return {
    kind: toMs > fromMs ? 'fault' : 'fault once',
    fromMs,
    toMs,
    tip: `fault: ${kind}${words}\n${lasts}`,
    label: toMs > fromMs ? kind : '',
  };
}

/** An agent's row: what its judge takes it for, and above it how many load balancers it holds. */
function agentRow(data: ReportData, id: string): string {
  const states = data.processes.find((process) => process.id === id)?.states ?? [];
  const marks = states.map(({ state, reason, fromMs, toMs }): Mark => ({
    kind: `state ${state}`,
    fromMs,
    toMs,
    tip: `${id} is ${state}: ${reason}\nfrom ${seconds(fromMs)} to ${seconds(toMs)}`,
  }));
  return row(data, id, [...marks, ...loadMarks(data, id)], id, 'agent');
}

/** Steps of how many load balancers an agent holds, as high as that is of the whole. */
function loadMarks({ loadBalancers, endMs }: ReportData, id: string): Mark[] {
  const held = loadBalancers.flatMap(({ spans }) => spans).filter(({ agent }) => agent === id);
  const edges = [...new Set([...held.flatMap(({ fromMs, toMs }) => [fromMs, toMs]), endMs])];
  const steps = edges.toSorted((a, b) => a - b);
  return steps.slice(0, -1).flatMap((fromMs, index) => {
    const toMs = steps[index + 1] ?? endMs;
    const count = held.filter((span) => span.fromMs <= fromMs && span.toMs > fromMs).length;
    if (count === 0) return [];
    const height = Math.max(8, Math.round((100 * count) / loadBalancers.length));
    const tip = `${id} is bound to ${count} of ${loadBalancers.length} load balancers\nfrom ${seconds(fromMs)} to ${seconds(toMs)}`;
    return [{ kind: 'load', fromMs, toMs, tip, style: `height:${height}%` }];
  });
}

function storeMarks({ writes }: ReportData): Mark[] {
  const bins = new Map<number, number>();
  for (const atMs of writes) {
    const bin = Math.floor(atMs / binMs);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  const most = Math.max(1, ...bins.values());
  return [...bins].map(([bin, count]) => ({
    kind: 'writes',
    fromMs: bin * binMs,
    toMs: (bin + 1) * binMs,
    tip: `${count} writes from ${seconds(bin * binMs)} on`,
    style: `height:${Math.max(12, Math.round((100 * count) / most))}%`,
  }));
}

function deviceMark({ kind, agent, loadBalancer, epoch, generation, atMs }: DeviceMark): Mark {
  const which = loadBalancer.slice(0, 8);
  const tip = `${kind}: ${agent}, load balancer ${which}, epoch ${epoch}, generation ${generation}\nat ${seconds(atMs)}`;
  return { kind: `tick ${kind}`, fromMs: atMs, toMs: atMs, tip };
}

function loadBalancerRow(data: ReportData, id: string): string {
  const found = data.loadBalancers.find((each) => each.id === id);
  const marks = [
    ...(found?.spans ?? []).map((span) => bindingMark(span, data.endMs)),
    ...data.device.filter(({ loadBalancer }) => loadBalancer === id).map(deviceMark),
  ];
  const violated = data.violations.some(({ loadBalancer }) => loadBalancer === id);
  return row(data, id, marks, found?.name ?? id, violated ? 'lb violated' : 'lb');
}

function bindingMark(span: BindingSpan, endMs: number): Mark {
  const { state, agent, epoch, reason, fromMs, toMs } = span;
  const seat = agent === null ? '' : `, ${agent}, epoch ${epoch ?? '?'}`;
  const words = agent === null ? state : `${agent} · e${epoch ?? '?'}`;
  const colour = epoch === null ? 'none' : `e${(epoch - 1) % epochColours}`;
  return {
    kind: `binding ${state} ${colour}`,
    fromMs,
    toMs,
    tip: `${state}${seat}: ${reason}\nfrom ${seconds(fromMs)} to ${seconds(toMs)}`,
    label: toMs - fromMs < labelShare * endMs ? '' : words,
  };
}
