import type {
  ActorFrame,
  ActorKindName,
  Batch,
  FaultFrame,
  Frame,
  GoneFrame,
  HandFrame,
  MessageFrame,
  StepShown,
  TroubleFrame,
} from '../../../machines/protocol/inspection.ts';
import {
  parseAgent,
  parseDown,
  parseHealth,
  parseLb,
  parseUp,
} from '../../../machines/protocol/subjects.ts';
import { seatOf, textOf } from './reading.ts';
import { type Tone, toneOfState } from './tone.ts';

export const entryKinds = [
  'step',
  'message',
  'trouble',
  'fault',
  'violation',
  'hand',
  'gone',
  'gap',
] as const;
export type EntryKind = (typeof entryKinds)[number];

/** One thing that happened. */
export interface Entry {
  /** Grows by one with each entry. */
  readonly number: number;
  /** The batch that told of it, by its place in the history. */
  readonly batch: number;
  readonly atMs: number;
  readonly node: string;
  readonly kind: EntryKind;
  readonly tone: Tone;
  /** What happened, in a few words. */
  readonly title: string;
  /** More of it, where there is more. */
  readonly detail: string;
  readonly actor: {
    readonly kind: ActorKindName;
    readonly id: string;
    readonly label: string | null;
  } | null;
  /** Whom it is about; null where it does not say so. */
  readonly loadBalancer: string | null;
  readonly agent: string | null;
  readonly step: StepShown | null;
  /** Null where the batch itself is told of. */
  readonly frame: Frame | null;
}

type Drawn = Omit<Entry, 'number' | 'batch' | 'node'>;

/** What a batch tells, in the order of time: it goes through its actors one by one, and each may have gone far. */
export function entriesOf(batch: Batch): Drawn[] {
  const drawn = batch.frames.flatMap((frame) => ofFrame(batch, frame));
  drawn.sort((a, b) => a.atMs - b.atMs);
  if (batch.dropped > 0) {
    drawn.push(gap(batch.atMs, `${batch.dropped} frames of ${batch.node} were left out`));
  }
  return drawn;
}

/** Something is missing here. */
export const gap = (atMs: number, title: string): Drawn => ({
  ...blank,
  atMs,
  kind: 'gap',
  tone: 'lost',
  title,
});

const blank = {
  detail: '',
  actor: null,
  loadBalancer: null,
  agent: null,
  step: null,
  frame: null,
} as const;

function ofFrame(batch: Batch, frame: Frame): Drawn[] {
  switch (frame.type) {
    case 'actor':
      return ofActor(batch, frame);
    case 'node':
      return [];
    case 'gone':
      return [ofGone(batch.node, frame)];
    case 'message':
      return [ofMessage(frame)];
    case 'trouble':
      return [ofTrouble(frame)];
    case 'hand':
      return [ofHand(batch.node, frame)];
    case 'fault':
      return [ofFault(frame)];
    case 'violation':
      return [
        {
          ...blank,
          atMs: frame.atMs,
          kind: 'violation',
          tone: 'bad',
          title: `${frame.checker}: ${frame.message}`,
          loadBalancer: frame.loadBalancer,
          frame,
        },
      ];
  }
}

function ofGone(node: string, frame: GoneFrame): Drawn {
  const { atMs, kind, id } = frame;
  const actor = { kind, id, label: null };
  const title = 'runs here no more';
  return { ...blank, ...about(node, actor), atMs, kind: 'gone', tone: 'gone', title, actor, frame };
}

function ofMessage(frame: MessageFrame): Drawn {
  const { atMs, subject, outcome, count, loadBalancer, agent } = frame;
  const told = aboutOfMessage(subject);
  return {
    ...blank,
    loadBalancer: loadBalancer ?? told.loadBalancer,
    agent: agent ?? told.agent,
    atMs,
    kind: 'message',
    tone: isAnswered(outcome) ? 'idle' : 'lost',
    title: subject,
    detail: count === 1 ? outcome : `${outcome}, ${count} times`,
    frame,
  };
}

function ofTrouble(frame: TroubleFrame): Drawn {
  const { atMs, level, text, fields } = frame;
  return {
    ...blank,
    atMs,
    kind: 'trouble',
    tone: level === 'error' ? 'bad' : 'lost',
    title: text,
    loadBalancer: textOf(fields['loadBalancer']),
    agent: textOf(fields['agent']),
    frame,
  };
}

function ofHand(node: string, frame: HandFrame): Drawn {
  const { atMs, kind, id, who, event, refused } = frame;
  const actor = { kind, id, label: null };
  return {
    ...blank,
    ...about(node, actor),
    atMs,
    kind: 'hand',
    tone: refused === null ? 'busy' : 'bad',
    title: `${who} sent ${event.type} by hand`,
    detail: refused === null ? 'taken' : `refused: ${refused}`,
    actor,
    frame,
  };
}

function ofFault(frame: FaultFrame): Drawn {
  const { atMs, phase, summary, row, detail } = frame;
  const began = phase === 'began';
  return {
    ...blank,
    atMs,
    kind: 'fault',
    tone: began ? 'bad' : 'idle',
    title: began ? summary : `over: ${summary}`,
    detail: `${row}: ${detail}`,
    agent: row,
    frame,
  };
}

export const isAnswered = (outcome: string): boolean =>
  outcome === 'sent' || outcome === 'answered';

function ofActor(batch: Batch, frame: ActorFrame): Drawn[] {
  const { kind, id, label, steps, merged } = frame;
  const actor = { kind, id, label };
  const whom = about(batch.node, actor);
  const drawn: Drawn[] = [];
  const [first] = steps;
  if (merged > 0) {
    const title = `${merged} earlier steps of ${label ?? id} are not listed`;
    drawn.push({ ...blank, ...gap(first?.atMs ?? batch.atMs, title), actor, ...whom, frame });
  }
  for (const step of steps) {
    const tone = toneOfState(kind, step.to);
    const { title, detail } = wordsOf(step);
    const agent =
      whom.agent ?? textOf(step.event['agent']) ?? seatOf(frame.context['binding'])?.agent ?? null;
    drawn.push({
      ...blank,
      atMs: step.atMs,
      kind: 'step',
      tone,
      title,
      detail,
      actor,
      ...whom,
      agent,
      step,
      frame,
    });
  }
  if (frame.condition !== 'running') {
    const title = `${frame.condition}: ${frame.trouble ?? 'nobody has said why'}`;
    drawn.push({
      ...blank,
      atMs: batch.atMs,
      kind: 'trouble',
      tone: 'bad',
      title,
      actor,
      ...whom,
      frame,
    });
  }
  return drawn;
}

function wordsOf({ from, to, event }: StepShown): { title: string; detail: string } {
  if (from === '') return { title: event.type, detail: `began in ${to}` };
  return { title: event.type, detail: from === to ? `stays in ${to}` : `${from} → ${to}` };
}

/** A device's actor is called as its load balancer is, and runs in its agent. */
function about(
  node: string,
  { kind, id }: { readonly kind: ActorKindName; readonly id: string },
): { readonly loadBalancer: string | null; readonly agent: string | null } {
  switch (kind) {
    case 'load-balancer':
      return { loadBalancer: id, agent: null };
    case 'device':
      return { loadBalancer: id, agent: node };
    case 'liveness':
    case 'agent':
      return { loadBalancer: null, agent: id };
  }
}

function aboutOfMessage(subject: string): { loadBalancer: string | null; agent: string | null } {
  const agent =
    parseDown(subject)?.agent ??
    parseUp(subject)?.agent ??
    parseAgent(subject)?.id ??
    parseHealth(subject);
  return { loadBalancer: parseLb(subject)?.id ?? null, agent };
}

/** The facts of an entry that a reader may want to see in full; null where there are none. */
export function factsOf({ step, frame }: Pick<Entry, 'step' | 'frame'>): unknown {
  if (step !== null) return step.event;
  if (frame === null) return null;
  if (frame.type === 'message') return { request: frame.request, reply: frame.reply };
  if (frame.type === 'trouble') return frame.fields;
  if (frame.type === 'violation') return frame.events;
  return frame.type === 'hand' ? frame.event : frame;
}
