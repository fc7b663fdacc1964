/** What the report shows of a run: plain data, in milliseconds since its beginning. */
export interface ReportData {
  readonly scenario: string;
  readonly summary: string;
  /** What must hold, in a sentence. */
  readonly promise: string;
  /** Null where real processes ran. */
  readonly seed: number | null;
  readonly ok: boolean;
  readonly endMs: number;
  /** When everything was healed; null where the run ended before. */
  readonly healedMs: number | null;
  readonly rebinds: number;
  /** Null where real processes ran. */
  readonly hash: string | null;
  /** What was measured beside, by name. */
  readonly figures: Readonly<Record<string, string>>;
  readonly writes: readonly number[];
  readonly processes: readonly ProcessRow[];
  readonly faults: readonly FaultSpan[];
  readonly device: readonly DeviceMark[];
  readonly loadBalancers: readonly LoadBalancerRow[];
  readonly violations: readonly ViolationMark[];
}

export interface ProcessRow {
  readonly id: string;
  readonly role: 'controller' | 'agent';
  /** An agent's states, as its judge sees it. */
  readonly states: readonly StateSpan[];
  /** How many shards a controller owns, by their records. */
  readonly shards: readonly CountSpan[];
}

/** A time in which a count stayed the same. */
export interface CountSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

export interface StateSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: string;
  readonly reason: string;
}

export interface FaultSpan {
  readonly kind: string;
  /** What its kind does, in a sentence. */
  readonly summary: string;
  /** The row that it belongs to. */
  readonly row: string;
  readonly detail: string;
  readonly fromMs: number;
  /** The same as `fromMs` where it is over at once. */
  readonly toMs: number;
}

export interface DeviceMark {
  readonly atMs: number;
  /** The device, or the host whose process it is. */
  readonly place: string;
  readonly kind: 'applied' | 'claimed' | 'partial' | 'removed' | 'refused';
  readonly agent: string;
  readonly loadBalancer: string;
  readonly epoch: number;
  readonly generation: number;
}

/** A time in which a load balancer was in one phase with one holder. */
export interface BindingSpan extends StateSpan {
  readonly agent: string | null;
  readonly epoch: number | null;
}

export interface LoadBalancerRow {
  readonly id: string;
  readonly name: string;
  readonly spans: readonly BindingSpan[];
  /** At how many places it is served. */
  readonly served: readonly CountSpan[];
}

export interface ViolationMark {
  readonly atMs: number;
  readonly checker: string;
  readonly message: string;
  readonly loadBalancer: string;
  readonly events: readonly string[];
}
