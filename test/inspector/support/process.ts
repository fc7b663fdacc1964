import {
  type ActorFrame,
  type ActorKindName,
  type Batch,
  type Frame,
  type MessageFrame,
  type ShownEvent,
  inspectionVersion,
} from '../../../machines/protocol/inspection.ts';

interface Move {
  readonly to: string;
  readonly event: ShownEvent;
  readonly label?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** So much of what happens goes into one batch, as a tap collects it. */
const tickMs = 50;

/** A process that tells of its actors, in a story that a test makes up; told in any order, heard in that of time. */
export class Process {
  readonly id: string;
  readonly #role: Batch['role'];
  readonly #life: number;
  readonly #actors = new Map<string, ActorFrame>();
  readonly #told: { readonly atMs: number; readonly frame: Frame }[] = [];
  /** It tells of itself no more. */
  diesAtMs = Infinity;

  constructor(id: string, role: Batch['role'], life = 1) {
    this.id = id;
    this.#life = life;
    this.#role = role;
  }

  tell(atMs: number, frame: Frame): void {
    if (atMs < this.diesAtMs) this.#told.push({ atMs, frame });
  }

  context(kind: ActorKindName, id: string): Readonly<Record<string, unknown>> {
    return this.#actors.get(`${kind}/${id}`)?.context ?? {};
  }

  step(atMs: number, kind: ActorKindName, id: string, { to, event, label, context }: Move): void {
    const before = this.#actors.get(`${kind}/${id}`);
    const frame: ActorFrame = {
      type: 'actor',
      kind,
      id,
      label: label ?? before?.label ?? null,
      state: to,
      condition: 'running',
      trouble: null,
      context: { ...before?.context, ...context },
      revision: (before?.revision ?? 0) + 1,
      steps: [{ atMs, from: before?.state ?? '', to, event }],
      merged: 0,
    };
    this.#actors.set(`${kind}/${id}`, frame);
    this.tell(atMs, frame);
  }

  /** A step that changes what it knows, and not where it is. */
  stay(
    atMs: number,
    kind: ActorKindName,
    id: string,
    event: ShownEvent,
    context: Readonly<Record<string, unknown>>,
  ): void {
    const to = this.#actors.get(`${kind}/${id}`)?.state ?? '';
    this.step(atMs, kind, id, { to, event, context });
  }

  message(
    atMs: number,
    subject: string,
    told: Partial<Pick<MessageFrame, 'outcome' | 'tookMs' | 'agent' | 'loadBalancer'>>,
  ): void {
    const plain = { agent: null, loadBalancer: null, tookMs: null, outcome: 'answered' as const };
    const frame = {
      ...plain,
      ...told,
      request: { subject },
      reply: told.tookMs === undefined ? null : { ok: true },
    };
    this.tell(atMs, { type: 'message', atMs, subject, count: 1, ...frame });
  }

  trouble(atMs: number, text: string, fields: Readonly<Record<string, unknown>>): void {
    this.tell(atMs, { type: 'trouble', atMs, level: 'warn', text, fields });
  }

  facts(atMs: number, facts: Readonly<Record<string, unknown>>): void {
    this.tell(atMs, { type: 'node', facts });
  }

  batches(): Batch[] {
    const ticks = new Map<number, { readonly atMs: number; readonly frame: Frame }[]>();
    for (const told of this.#told.sort((a, b) => a.atMs - b.atMs)) {
      const tick = Math.floor(told.atMs / tickMs);
      ticks.set(tick, [...(ticks.get(tick) ?? []), told]);
    }
    return [...ticks.values()].map((told, index) => ({
      version: inspectionVersion,
      node: this.id,
      role: this.#role,
      life: `${this.id}-${this.#life}`,
      sequence: index + 1,
      atMs: told.at(-1)?.atMs ?? 0,
      frames: told.map(({ frame }) => frame),
      dropped: 0,
      account: index === 0 ? ('whole' as const) : null,
    }));
  }
}
