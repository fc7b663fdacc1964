import { compare } from '../../src/inspector/model/name-order.ts';
import { formatLine } from '../chronicle.ts';
import { desiredOf } from '../evidence/records.ts';
import type { Fault } from '../faults/fault.ts';
import { faultKind } from '../faults/index.ts';
import type { Plan, Scenario } from '../scenarios/scenario.ts';
import type { RunResult } from '../simulate.ts';
import type { Observer, WorldEvent } from '../world/events.ts';
import {
  type BindingSpan,
  type DeviceMark,
  type FaultSpan,
  type ReportData,
  type StateSpan,
} from './data.ts';
import { ServiceCounts } from './service-counts.ts';
import { ShardCounts } from './shard-counts.ts';

type Open<Span extends StateSpan> = Omit<Span, 'toMs'>;
type Transition = Extract<WorldEvent, { type: 'transition' }>['transition'];

/** How far a fault may happen from its time in the plan: less than a virtual clock's rounding. */
const sameMomentMs = 0.5;

/** What the report is told of a run, virtual or not. */
export type ReportedRun = Pick<
  RunResult,
  'scenario' | 'ok' | 'virtualMs' | 'rebinds' | 'violations'
> &
  Pick<ReportData, 'seed' | 'hash'> &
  Partial<Pick<ReportData, 'figures'>>;

/** What is said of a fault, and where it is drawn. */
type DescribeFault = (fault: Fault) => { readonly summary: string; readonly row: string };

const describeKind: DescribeFault = (fault) => {
  const { summary, row } = faultKind(fault.kind);
  return { summary, row: row(fault) };
};

/** Watches a run and keeps what its report shows. */
export class ReportCollector {
  readonly #faults: (Omit<FaultSpan, 'toMs'> & { readonly target: string })[] = [];
  /** How long each of them lasts, at the same index; null: for good. */
  readonly #lasts: (number | null)[] = [];
  readonly #device: DeviceMark[] = [];
  readonly #writes: number[] = [];
  readonly #shards = new ShardCounts();
  readonly #services = new ServiceCounts();
  readonly #agents = new Map<string, Open<StateSpan>[]>();
  readonly #loadBalancers = new Map<string, Open<BindingSpan>[]>();
  /** The names of load balancers, by their ids. */
  readonly #names = new Map<string, string>();
  readonly #describe: DescribeFault;
  #plan: Plan | null = null;
  #plannedMs = 0;
  #lastMs = 0;

  /** `describe`: of other faults than the simulator's own. */
  constructor(describe: DescribeFault = describeKind) {
    this.#describe = describe;
  }

  readonly onPlan = (plan: Plan): void => {
    this.#plan = plan;
  };

  readonly onBegin = (): void => {
    this.#plannedMs = this.#lastMs;
  };

  readonly observer: Observer = (event, atMs) => {
    this.#lastMs = Math.max(this.#lastMs, atMs);
    if (event.type === 'stored') this.#noteWrite(event, atMs);
    else if (event.type === 'served') this.#services.served(event, atMs);
    else if (event.type === 'fault') this.#noteFault(event, atMs);
    else if (event.type === 'transition') this.#noteTransition(event.transition, atMs);
    else if (event.type === 'device') {
      const { place, entry } = event;
      const { lb, kind, agent, epoch, generation } = entry;
      this.#device.push({ atMs, place, kind, agent, loadBalancer: lb, epoch, generation });
    }
  };

  /** What was seen, as far as the run went. */
  data(
    result: ReportedRun,
    { summary, promise }: Pick<Scenario, 'summary' | 'promise'>,
    processes: readonly string[],
  ): ReportData {
    const endMs = Math.max(result.virtualMs, this.#lastMs);
    const healed = this.#plan === null ? endMs : this.#plannedMs + this.#plan.untilMs;
    const loadBalancers = [...this.#loadBalancers].map(([id, spans]) => ({
      id,
      name: this.#names.get(id) ?? id.slice(0, 8),
      spans: closed<BindingSpan>(spans, endMs).filter(({ state }) => state !== 'deleted'),
      served: this.#services.of(id, endMs),
    }));
    return {
      scenario: result.scenario,
      summary,
      promise,
      seed: result.seed,
      ok: result.ok,
      endMs,
      healedMs: healed < endMs ? healed : null,
      rebinds: result.rebinds,
      hash: result.hash,
      figures: result.figures ?? {},
      writes: this.#writes,
      processes: processes.map((id) => ({
        id,
        role: id.startsWith('controller') ? 'controller' : 'agent',
        states: closed<StateSpan>(this.#agents.get(id) ?? [], endMs),
        shards: this.#shards.of(id, endMs),
      })),
      faults: this.#faults.map(({ target: _, ...fault }, index) => {
        const lastsMs = this.#lasts[index] ?? null;
        const toMs = lastsMs === null ? endMs : Math.min(fault.fromMs + lastsMs, endMs);
        return { ...fault, toMs };
      }),
      device: this.#device,
      loadBalancers: loadBalancers.toSorted((a, b) => compare(a.name, b.name)),
      violations: result.violations.map((violation) => ({
        ...violation,
        events: violation.events.map(formatLine),
      })),
    };
  }

  #noteWrite({ bucket, change }: Extract<WorldEvent, { type: 'stored' }>, atMs: number): void {
    this.#writes.push(atMs);
    if (bucket === 'shards') this.#shards.note(change, atMs);
    if (bucket !== 'desired') return;
    this.#services.desired(change, atMs);
    if (change.type !== 'put') return;
    this.#names.set(change.key, desiredOf(change.value).document.name);
  }

  #noteFault(event: Extract<WorldEvent, { type: 'fault' }>, atMs: number): void {
    if (event.phase === 'ends') return this.#noteEnd(event, atMs);
    const { kind, target, detail, forMs } = event;
    const planned = this.#plan?.faults.find(
      (each) =>
        each.kind === kind &&
        each.target === target &&
        each.variant === detail &&
        Math.abs(this.#plannedMs + each.atMs - atMs) < sameMomentMs,
    );
    const fault = planned ?? {
      kind,
      target,
      variant: detail,
      atMs,
      forMs: this.#plan === null ? forMs : 0,
    };
    const { summary, row } = this.#describe(fault);
    // A row that is not the target's own has to say whom it befalls.
    const words = row === target ? [detail] : [target, detail];
    const about = words.filter((word) => word !== '').join(': ');
    this.#faults.push({ kind, target, summary, row, detail: about, fromMs: atMs });
    this.#lasts.push(fault.forMs);
  }

  /** Where nothing is planned, only the end says how long it has lasted. */
  #noteEnd({ kind, target }: Extract<WorldEvent, { type: 'fault' }>, atMs: number): void {
    if (this.#plan !== null) return;
    const index = this.#faults.findLastIndex(
      (each) => each.kind === kind && each.target === target,
    );
    const begun = this.#faults[index];
    if (begun !== undefined) this.#lasts[index] = atMs - begun.fromMs;
  }

  #noteTransition(transition: Transition, atMs: number): void {
    const { kind, id, to, event, reason, binding } = transition;
    const why = reason ?? `by ${event}`;
    // The first word is the phase; what is behind the point comes and goes too quickly to see.
    const [state = to] = to.split('.');
    const base = { fromMs: atMs, state, reason: why };
    if (kind === 'agent') {
      extend(this.#agents, id, base, (last) => last.state === state);
      return;
    }
    const seat = { agent: binding?.agent ?? null, epoch: binding?.epoch ?? null };
    const same = (last: Open<BindingSpan>) =>
      last.state === state && last.agent === seat.agent && last.epoch === seat.epoch;
    extend(this.#loadBalancers, id, { ...base, ...seat }, same);
  }
}

function extend<Span>(
  rows: Map<string, Span[]>,
  id: string,
  span: Span,
  same: (last: Span) => boolean,
): void {
  const spans = rows.get(id) ?? [];
  rows.set(id, spans);
  const last = spans.at(-1);
  if (last === undefined || !same(last)) spans.push(span);
}

function closed<Span extends StateSpan>(spans: readonly Open<Span>[], endMs: number): Span[] {
  return spans.map((span, index) => {
    const toMs = spans[index + 1]?.fromMs ?? endMs;
    return { ...span, toMs } as Span;
  });
}
