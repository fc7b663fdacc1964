import { z } from 'zod';
import { agentId } from './seat.ts';

/**
 * What processes tell of their actors while somebody watches: frames, in batches, one batch a message.
 * A recording holds the same batches, a line each. Nothing in them is ever acted upon.
 */

export const inspectionVersion = 1;

/** How many steps of an actor one frame lists; those before them are only counted. */
export const stepsListedMax = 8;
/** How many frames a batch holds. */
export const framesMax = 1_000;

const wallMs = z.number();
const line = z.string().max(1_024);
const facts = z.record(z.string(), z.unknown());

/** An event as it is shown: secrets are redacted, and what is long is cut. */
const ShownEvent = z.looseObject({ type: z.string().max(256) });
export type ShownEvent = z.infer<typeof ShownEvent>;

export const actorKinds = ['load-balancer', 'liveness', 'agent', 'device'] as const;
/** `liveness`: an agent as its judge sees it; `agent`: the agent in its own process. */
export const ActorKindName = z.enum(actorKinds);
export type ActorKindName = z.infer<typeof ActorKindName>;

const actor = { kind: ActorKindName, id: line };

/** A step of an actor; `from` is empty where it began, and equals `to` where only its context changed. */
export const StepShown = z.object({ atMs: wallMs, from: line, to: line, event: ShownEvent });
export type StepShown = z.infer<typeof StepShown>;

/** An actor as it stands now, and the steps that brought it here since its last frame. */
export const ActorFrame = z.object({
  type: z.literal('actor'),
  ...actor,
  /** A name that people gave to it; null where there is none. */
  label: line.nullable(),
  /** XState's state value, such as `bound.settled`; empty where it does not run. */
  state: line,
  condition: z.enum(['running', 'restarting', 'refused']),
  /** Why it does not run; null where it does. */
  trouble: line.nullable(),
  context: facts,
  /** Of its record; null where it has none. */
  revision: z.number().nullable(),
  /** The newest ones, oldest first. */
  steps: z.array(StepShown).max(stepsListedMax),
  /** How many steps before those are not listed. */
  merged: z.int().min(0),
});
export type ActorFrame = z.infer<typeof ActorFrame>;

/** The actor does not run in this process any more. */
export const GoneFrame = z.object({ type: z.literal('gone'), atMs: wallMs, ...actor });
export type GoneFrame = z.infer<typeof GoneFrame>;

/** What this process has sent, and what came of it. */
export const MessageFrame = z.object({
  type: z.literal('message'),
  /** When it was sent; with `count` above 1, when the newest was. */
  atMs: wallMs,
  subject: line,
  /** How many of this subject and outcome were sent since the last batch; only the newest is shown. */
  count: z.int().min(1),
  outcome: z.enum(['sent', 'answered', 'no responders', 'timeout', 'unavailable']),
  /** How long the answer took; null where none was wanted, or none came. */
  tookMs: z.number().nullable(),
  /** The load balancer, and the agent, that it is about, where it says so. */
  loadBalancer: line.nullable(),
  agent: line.nullable(),
  request: z.unknown(),
  reply: z.unknown(),
});
export type MessageFrame = z.infer<typeof MessageFrame>;

/** Something that went wrong: a crash, a message that was refused, anything that is logged as a warning. */
export const TroubleFrame = z.object({
  type: z.literal('trouble'),
  atMs: wallMs,
  level: z.enum(['warn', 'error']),
  text: line,
  fields: facts,
});
export type TroubleFrame = z.infer<typeof TroubleFrame>;

/** The process itself; comes at least once a second, so that a silent one is noticed. */
export const NodeFrame = z.object({
  type: z.literal('node'),
  /** A controller: `shards` (numbers), `brake`, `pacing`; an agent: `host`, `incarnation`. */
  facts,
});
export type NodeFrame = z.infer<typeof NodeFrame>;

/** An operator has sent an event by hand, or was refused. */
export const HandFrame = z.object({
  type: z.literal('hand'),
  atMs: wallMs,
  ...actor,
  event: ShownEvent,
  who: line,
  /** Null where the actor has taken it. */
  refused: line.nullable(),
});
export type HandFrame = z.infer<typeof HandFrame>;

/** Only in a simulator's recording: a fault began, or was over. `row` names what it befell. */
export const FaultFrame = z.object({
  type: z.literal('fault'),
  atMs: wallMs,
  id: line,
  kind: line,
  summary: line,
  row: line,
  detail: line,
  phase: z.enum(['began', 'ended']),
});
export type FaultFrame = z.infer<typeof FaultFrame>;

/** Only in a simulator's recording: a checker's property did not hold. */
export const ViolationFrame = z.object({
  type: z.literal('violation'),
  atMs: wallMs,
  checker: line,
  message: z.string(),
  loadBalancer: line,
  events: z.array(z.string()),
});
export type ViolationFrame = z.infer<typeof ViolationFrame>;

export const Frame = z.discriminatedUnion('type', [
  ActorFrame,
  GoneFrame,
  MessageFrame,
  TroubleFrame,
  NodeFrame,
  HandFrame,
  FaultFrame,
  ViolationFrame,
]);
export type Frame = z.infer<typeof Frame>;

export const Batch = z.object({
  version: z.literal(inspectionVersion),
  /** The process, by its id; of a controller and an agent that share one, only the first is heard. */
  node: agentId,
  role: z.enum(['controller', 'agent', 'simulator']),
  /** Drawn when the process started: frames of an earlier life say nothing of this one's actors. */
  life: line,
  /** Grows by one with each batch of a life; a gap means that some were lost. */
  sequence: z.int().min(1),
  /** The process's wall time; in a simulator's recording, the virtual world's. */
  atMs: wallMs,
  frames: z.array(Frame).max(framesMax),
  /** How many frames were left out because there were too many. */
  dropped: z.int().min(0),
  /**
   * A full account of a process's actors goes from the batch in which it `begins` to that in which it
   * `ends`, or is in one `whole`: what is not named in it does not run there.
   */
  account: z.enum(['begins', 'ends', 'whole']).nullable(),
});
export type Batch = z.infer<typeof Batch>;

/** Somebody watches: taps publish for so long, and tell of all their actors first where it is `fresh`. */
export const Watch = z.object({
  forMs: z.number().min(1_000).max(60_000),
  fresh: z.boolean(),
});
export type Watch = z.infer<typeof Watch>;

/** An operator's event for an actor, by hand. */
export const SendByHand = z.object({ ...actor, event: ShownEvent, who: line });
export type SendByHand = z.infer<typeof SendByHand>;

export const SendByHandReply = z.object({ refused: line.nullable() });
export type SendByHandReply = z.infer<typeof SendByHandReply>;

/** The first line of a recording. */
export const RecordingHeader = z.object({
  holdfast: z.literal('recording'),
  version: z.literal(inspectionVersion),
  source: z.enum(['simulator', 'production']),
  title: line,
  /** What must hold, in a sentence; empty where nothing was promised. */
  promise: line,
  seed: z.number().nullable(),
  /** When it began; in a simulator's recording, the virtual world's own wall time. */
  startedAtMs: wallMs,
});
export type RecordingHeader = z.infer<typeof RecordingHeader>;

/** What a gateway tells the page over its WebSocket, as JSON texts. */
export type ToPage =
  /** First of all. `sends`: events may be sent by hand. `recording`: null where it is live. */
  | { readonly type: 'hello'; readonly sends: boolean; readonly recording: RecordingHeader | null }
  /** In order: first what is known already, then what comes. */
  | { readonly type: 'batch'; readonly batch: Batch }
  /** All that was known has been told. */
  | { readonly type: 'caught up' }
  /** Whether the gateway hears NATS. */
  | { readonly type: 'status'; readonly connected: boolean }
  /** What came of {@link FromPage}'s `send`. */
  | { readonly type: 'sent'; readonly number: number; readonly refused: string | null };

export type FromPage = {
  readonly type: 'send';
  readonly number: number;
  readonly node: string;
} & Omit<SendByHand, 'who'>;
