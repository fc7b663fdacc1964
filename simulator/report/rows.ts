import { compare } from '../../src/inspector/model/name-order.ts';
import { type BindingSpan, type CountSpan, type DeviceMark, type ReportData } from './data.ts';
import { deviceRow, networkRow, storeRow } from '../faults/fault.ts';
import { escapeHtml, type Mark, markHtml, seconds } from './html.ts';

/** How many colours tell epochs apart; then they begin anew. */
export const epochColours = 8;

/** How long a bar of the store's histogram is: at least, and as a share of the whole. */
const binLeastMs = 200;
const binShare = 1 / 240;

/** What is over at once takes this share of the whole, so that another one beside it is seen. */
const instantShare = 0.004;

/** A bar that is shorter than this share of the whole has no room for words. */
const labelShare = 0.012;

/** All rows, in their order: processes, hosts that something befell, NATS, load balancers, devices. */
export function rowsHtml(data: ReportData): string {
  const { processes, loadBalancers } = data;
  const controllers = processes.filter(({ role }) => role === 'controller');
  const agents = processes.filter(({ role }) => role === 'agent');
  return [
    heading('controllers and agents'),
    ...controllers.map((controller) => controllerRow(data, controller)),
    ...agents.map((agent) => agentRow(data, agent.id)),
    ...hostRows(data),
    heading('NATS'),
    ...faultsOnly(data, networkRow, 'messages'),
    row(data, storeRow, storeMarks(data), 'records'),
    heading(`${loadBalancers.length} load balancers`),
    ...loadBalancers.map((loadBalancer) => loadBalancerRow(data, loadBalancer.id)),
    ...deviceRows(data),
  ].join('\n');
}

const heading = (text: string): string =>
  `<div class="group"><span>${escapeHtml(text)}</span></div>`;

function row(data: ReportData, id: string, marks: readonly Mark[], name = id, more = ''): string {
  // An agent's states stand above everything else in its row.
  const fromPx = more === 'agent' ? stateHeightPx : 0;
  const faults = data.faults.filter((fault) => fault.row === id);
  const { shades, lanes } = faultMarks(faults, fromPx, instantShare * data.endMs);
  const body = [...shades, ...marks].map((mark) => markHtml(mark, data.endMs)).join('');
  const height = lanes > 1 ? ` style="min-height:${fromPx + lanes * faultHeightPx}px"` : '';
  return `<div class="row ${more}" data-row="${escapeHtml(id)}"><b title="${escapeHtml(id)}">${escapeHtml(name)}</b><div class="lane"${height}>${body}</div></div>`;
}

type Fault = ReportData['faults'][number];

/** How high a fault is where several share a row: enough for its name. */
const faultHeightPx = 14;
const stateHeightPx = 7;

/** Faults that overlap stand one below the other. */
function faultMarks(
  faults: readonly Fault[],
  fromPx: number,
  leastMs: number,
): { shades: readonly Mark[]; lanes: number } {
  const endOf = ({ fromMs, toMs }: Fault) => Math.max(toMs, fromMs + leastMs);
  const lanes: Fault[][] = [];
  const laneOf = faults.map((fault) => {
    const free = lanes.findIndex((lane) => lane.every((other) => endOf(other) <= fault.fromMs));
    const lane = free === -1 ? lanes.length : free;
    lanes[lane] = [...(lanes[lane] ?? []), fault];
    return lane;
  });
  const shades = faults.map((fault, index) => {
    const top = fromPx + (laneOf[index] ?? 0) * faultHeightPx;
    const placed = `top:${top}px;height:${faultHeightPx - 1}px;line-height:${faultHeightPx - 1}px`;
    return { ...faultMark(fault), style: lanes.length > 1 ? placed : '' };
  });
  return { shades, lanes: lanes.length };
}

function faultMark({ kind, summary, detail, fromMs, toMs }: Fault): Mark {
  const lasts = toMs > fromMs ? `from ${seconds(fromMs)} to ${seconds(toMs)}` : seconds(fromMs);
  const words = detail === '' ? '' : ` (${detail})`;
  return {
    kind: toMs > fromMs ? 'fault' : 'fault once',
    fromMs,
    toMs,
    tip: `fault: ${kind}${words}\n${summary}\n${lasts}`,
    label: toMs > fromMs ? kind : '',
  };
}

/** A controller's row: how many of the shards it owns. */
function controllerRow(data: ReportData, { id, shards }: ReportData['processes'][number]): string {
  const all = Math.max(...data.processes.flatMap((each) => each.shards.map(({ count }) => count)));
  const marks = shards
    .filter(({ count }) => count > 0)
    .map(({ count, fromMs, toMs }): Mark => ({
      kind: 'load',
      fromMs,
      toMs,
      tip: `${id} owns ${count} shards\nfrom ${seconds(fromMs)} to ${seconds(toMs)}`,
      style: `height:${Math.max(8, Math.round((85 * count) / all))}%`,
    }));
  return row(data, id, marks);
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

function storeMarks({ writes, endMs }: ReportData): Mark[] {
  const binMs = Math.max(binLeastMs, Math.ceil(endMs * binShare));
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

/** Of each host that something befell as a whole. */
function hostRows(data: ReportData): readonly string[] {
  const others = new Set([networkRow, storeRow, deviceRow, ...data.processes.map(({ id }) => id)]);
  const hosts = new Set(data.faults.map((fault) => fault.row).filter((id) => !others.has(id)));
  return [...hosts].toSorted(compare).map((id) => row(data, id, []));
}

/** A row that has nothing but faults, where there are any. */
function faultsOnly(data: ReportData, id: string, name: string): readonly string[] {
  return data.faults.some((fault) => fault.row === id) ? [row(data, id, [], name)] : [];
}

/** What happened to devices, and a row for each of those that anybody configured. */
function deviceRows(data: ReportData): readonly string[] {
  const places = [...new Set(data.device.map(({ place }) => place))].toSorted(compare);
  return [
    heading(places.length === 1 ? '1 device' : `${places.length} devices`),
    ...faultsOnly(data, deviceRow, 'faults'),
    ...places.map((place) => {
      const marks = data.device.filter((each) => each.place === place).map(deviceMark);
      return row(data, `${deviceRow} ${place}`, marks, place);
    }),
  ];
}

function deviceMark({
  kind,
  place,
  agent,
  loadBalancer,
  epoch,
  generation,
  atMs,
}: DeviceMark): Mark {
  const which = loadBalancer.slice(0, 8);
  const tip = `${kind} at ${place}: ${agent}, load balancer ${which}, epoch ${epoch}, generation ${generation}\nat ${seconds(atMs)}`;
  return { kind: `tick ${kind}`, fromMs: atMs, toMs: atMs, tip };
}

function loadBalancerRow(data: ReportData, id: string): string {
  const found = data.loadBalancers.find((each) => each.id === id);
  const marks = [
    ...(found?.spans ?? []).map((span) => bindingMark(span, data.endMs)),
    ...data.device.filter(({ loadBalancer }) => loadBalancer === id).map(deviceMark),
    ...(found?.served ?? []).map(serviceMark),
  ];
  const violated = data.violations.some(({ loadBalancer }) => loadBalancer === id);
  return row(data, id, marks, found?.name ?? id, violated ? 'lb violated' : 'lb');
}

/** The line below a load balancer's bars: where clients find it served. */
function serviceMark({ count, fromMs, toMs }: CountSpan): Mark {
  const [kind, words] =
    count === 0
      ? ['unserved', 'served by nobody']
      : count === 1
        ? ['served', 'served']
        : ['twice', `served at ${count} places`];
  const tip = `${words}\nfrom ${seconds(fromMs)} to ${seconds(toMs)}`;
  return { kind: `service ${kind}`, fromMs, toMs, tip };
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
