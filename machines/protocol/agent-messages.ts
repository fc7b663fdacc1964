import { z } from 'zod';
import { AgentDescription } from '../liveness/context.ts';
import { LoadBalancerDocument } from '../model/document.ts';
import { OperatingReport } from '../model/status.ts';
import { restartLeaseMaxMs, restartLeaseMinMs } from '../timings/timings.ts';
import { deviceName, devicesMax } from './device-name.ts';
import { agentId, epoch, generation, hostId, incarnation } from './seat.ts';

/** Messages between agents and controllers. Each is parsed by its schema where it arrives. */

const loadBalancerId = z.uuid();
const text = z.string().max(4_096);

export const Marker = z.strictObject({ epoch, generation, removed: z.boolean() });
export type Marker = z.infer<typeof Marker>;

/** What an agent holds, or by what it was fenced, until a record is known to be at least as new (R9). */
export const Claim = z.strictObject({
  loadBalancer: loadBalancerId,
  epoch,
  generation,
  removed: z.boolean(),
  /** The device that holds it; left out by those who know of one device of the driver only. */
  device: deviceName.optional(),
});
export type Claim = z.infer<typeof Claim>;

/** How many claims one heartbeat carries; the rest go with the next ones. */
export const claimsMax = 128;

export const Register = z.strictObject({
  agent: agentId,
  incarnation,
  description: AgentDescription,
});
export type Register = z.infer<typeof Register>;

export const RegisterReply = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('accepted'), term: z.int() }),
  /** This incarnation is over; the agent must take a higher one than `incarnation`. */
  z.strictObject({ type: z.literal('ended'), incarnation, reason: text }),
  z.strictObject({ type: z.literal('refused'), reason: text }),
]);
export type RegisterReply = z.infer<typeof RegisterReply>;

export const Heartbeat = z.strictObject({
  agent: agentId,
  incarnation,
  /** Grows with each heartbeat of an incarnation. */
  sequence: z.int().min(1),
  /** Does the sender hold its lease? One that hears no acknowledgements would hear no command either. */
  leased: z.boolean(),
  /** The newest term that has given its incarnation a lease: it takes none of an earlier one (R14). */
  term: z.int().min(0).optional(),
  claims: z.array(Claim).max(claimsMax),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

/** The acknowledgement is the lease: it names the very heartbeat that it answers (R13). */
export const HeartbeatReply = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('acknowledged'),
    agent: agentId,
    incarnation,
    sequence: z.int().min(1),
    term: z.int(),
    /** Of the heartbeat's claims, those that a committed record is known to be as new as (R9). */
    confirmed: z
      .array(z.strictObject({ loadBalancer: loadBalancerId, epoch }))
      .max(claimsMax)
      .optional(),
    /** The drivers of which it may take load balancers from the queues of their devices. */
    queues: z.array(z.string().max(64)).max(devicesMax).optional(),
  }),
  z.strictObject({ type: z.literal('ended'), incarnation, reason: text }),
  z.strictObject({ type: z.literal('unknown') }),
]);
export type HeartbeatReply = z.infer<typeof HeartbeatReply>;

/** An agent has taken a load balancer's ticket from the queue of this device, and asks for the work. */
export const Take = z.strictObject({
  agent: agentId,
  incarnation,
  loadBalancer: loadBalancerId,
  device: deviceName,
});
export type Take = z.infer<typeof Take>;

export const TakeReply = z.discriminatedUnion('type', [
  /** It is bound to the agent under this epoch, and its command follows. */
  z.strictObject({ type: z.literal('given'), epoch }),
  /** Nothing is to be done any more. */
  z.strictObject({ type: z.literal('nothing') }),
  /** Something is, but not by this agent. */
  z.strictObject({ type: z.literal('refused'), reason: text }),
]);
export type TakeReply = z.infer<typeof TakeReply>;

/** How many load balancers one question about strays names. */
export const straysMax = 512;

/** What an agent found on its devices and does not drive itself: others do, or nobody. */
export const Strays = z.strictObject({
  agent: agentId,
  loadBalancers: z.array(loadBalancerId).min(1).max(straysMax),
  /** Asked by a host on which their markers are damaged: which epochs were given? */
  epochs: z.literal(true).optional(),
  /** Asked of what is on the agent's own host: which of it has moved to another one? */
  moved: z.literal(true).optional(),
});
export type Strays = z.infer<typeof Strays>;

/** It is bound under this epoch to an agent of that host, and nobody may serve it on any other. */
export const Moved = z.strictObject({ loadBalancer: loadBalancerId, epoch, host: hostId });
export type Moved = z.infer<typeof Moved>;

/** Of those, the ones that are known to have been deleted for good: nobody may serve them. */
export const StraysReply = z.strictObject({
  purged: z.array(loadBalancerId).max(straysMax),
  /** The newest epoch that was given for each of the others that are on record; left out where that is not known for sure. */
  epochs: z
    .array(z.strictObject({ loadBalancer: loadBalancerId, epoch }))
    .max(straysMax)
    .optional(),
  /** Those that live on other hosts by now, where it was asked for; left out where that is not known for sure. */
  moved: z.array(Moved).max(straysMax).optional(),
});
export type StraysReply = z.infer<typeof StraysReply>;

export const Goodbye = z.strictObject({ agent: agentId, incarnation });
export type Goodbye = z.infer<typeof Goodbye>;

/** `retired`: nothing is bound to the agent any more. */
export const GoodbyeReply = z.strictObject({ retired: z.boolean(), bound: z.int().min(0) });
export type GoodbyeReply = z.infer<typeof GoodbyeReply>;

/** An agent that is about to be restarted asks to be waited for, for so long. */
export const AskRestartLease = z.strictObject({
  agent: agentId,
  incarnation,
  /** That of its newest heartbeat: none follows before it ends. */
  sequence: z.int().min(0),
  forMs: z.number().min(restartLeaseMinMs).max(restartLeaseMaxMs),
});
export type AskRestartLease = z.infer<typeof AskRestartLease>;

export const RestartLeaseReply = z.discriminatedUnion('type', [
  /** It is on record: until this wall time of the judge's, the agent is waited for. */
  z.strictObject({ type: z.literal('leased'), until: z.number() }),
  /** `leaving`: what it holds is on its way to others, and its goodbye helps that on. */
  z.strictObject({ type: z.literal('refused'), reason: text, leaving: z.boolean() }),
]);
export type RestartLeaseReply = z.infer<typeof RestartLeaseReply>;

/** An operator wants this incarnation to make room for the next one. */
export const RestartOrder = z.strictObject({ incarnation });
export type RestartOrder = z.infer<typeof RestartOrder>;

export const RestartOrderReply = z.discriminatedUnion('type', [
  /** It has its lease, and ends now. */
  z.strictObject({ type: z.literal('leased'), until: z.number() }),
  /** It lives on. */
  z.strictObject({ type: z.literal('refused'), reason: text }),
  /** It has been started anew already. */
  z.strictObject({ type: z.literal('stale'), incarnation }),
]);
export type RestartOrderReply = z.infer<typeof RestartOrderReply>;

export const Probe = z.strictObject({});
export const ProbeReply = z.strictObject({ agent: agentId, incarnation });

/** Built from committed revisions of both records only (R2); `grant` marks a standby's (R3). */
export const Command = z.strictObject({
  loadBalancer: loadBalancerId,
  epoch,
  incarnation,
  generation,
  status: z.enum(['live', 'deleting']),
  grant: z.boolean(),
  device: deviceName,
  document: LoadBalancerDocument,
  requestId: z.string().max(255).nullable(),
});
export type Command = z.infer<typeof Command>;

/** A command as it is sent: without the document where the agent was briefed of that very write of it. */
export const CommandMessage = Command.extend({
  document: LoadBalancerDocument.nullable(),
  /** Names the write of the desired record whose document it is; only where that is left out. */
  briefed: z.string().min(1).max(255).optional(),
});
export type CommandMessage = z.infer<typeof CommandMessage>;

/**
 * A standby is told ahead of time what it would be commanded, so that a takeover need not carry and check all of
 * it. It authorises nothing: a write names one document for ever, and only a command says what holds.
 */
export const Briefing = z.strictObject({
  loadBalancer: loadBalancerId,
  /** The write of the desired record that has this document. */
  write: z.string().min(1).max(255),
  document: LoadBalancerDocument,
});
export type Briefing = z.infer<typeof Briefing>;

export const BriefingReply = z.strictObject({ type: z.literal('briefed') });
export type BriefingReply = z.infer<typeof BriefingReply>;

export const CommandReply = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('applied'),
    epoch,
    generation,
    operating: OperatingReport.nullable(),
  }),
  z.strictObject({ type: z.literal('removed'), epoch }),
  z.strictObject({ type: z.literal('fenced'), by: Marker }),
  z.strictObject({ type: z.literal('stale'), incarnation }),
  z.strictObject({
    type: z.literal('failed'),
    kind: z.enum(['retryable', 'permanent', 'unknown']),
    message: text,
  }),
  /** The message itself could not be read. */
  z.strictObject({ type: z.literal('malformed'), message: text }),
  /** The document was left out, and is not known here any more: it is wanted with it. */
  z.strictObject({ type: z.literal('unbriefed') }),
]);
export type CommandReply = z.infer<typeof CommandReply>;

/**
 * What is held here by an older epoch has to end before the one of this epoch may start elsewhere: the
 * STOP of rule R11.
 */
export const Release = z.strictObject({
  loadBalancer: loadBalancerId,
  epoch,
  device: deviceName,
});
export type Release = z.infer<typeof Release>;

export const ReleaseReply = z.discriminatedUnion('type', [
  /** Nothing older than this epoch serves here, and nothing older will be started. */
  z.strictObject({ type: z.literal('released'), epoch }),
  z.strictObject({ type: z.literal('failed'), message: text }),
]);
export type ReleaseReply = z.infer<typeof ReleaseReply>;

/** What the record says: it settles an agent's claims, and tells a former holder to let go. */
export const Standing = z.strictObject({
  loadBalancer: loadBalancerId,
  epoch,
  holder: agentId,
  /** Where the holder lives, if that is known: on another host, nothing of it may run here. */
  host: hostId.optional(),
});
export type Standing = z.infer<typeof Standing>;
