import { z } from 'zod';
import { agentId, incarnation } from './seat.ts';

/*
 * What agents and their witnesses say to each other, and judges to witnesses (rule R17 of docs/binding.md).
 * A witness is another agent, on another host, that is reached without the control plane.
 */

/** How many witnesses an agent may have: each is asked at every heartbeat that no judge answers. */
export const witnessesMax = 7;

/**
 * An agent's witnesses, fixed for the life of its incarnation. So many promises carry its lease on, and so
 * many denials prove that it has none: any two such groups have a witness in common.
 */
export const WitnessSet = z
  .strictObject({
    agents: z.array(agentId).min(1).max(witnessesMax),
    promises: z.int().min(1),
    denials: z.int().min(1),
  })
  .refine(({ agents }) => new Set(agents).size === agents.length, {
    error: 'each witness may be named once',
  })
  .refine(({ agents, promises }) => promises <= agents.length, {
    error: 'more promises are needed than there are witnesses',
  })
  .refine(({ agents, denials }) => denials <= agents.length, {
    error: 'more denials are needed than there are witnesses',
  })
  .refine(({ agents, promises, denials }) => promises + denials > agents.length, {
    error: 'promises + denials must be more than there are witnesses',
  });
export type WitnessSet = z.infer<typeof WitnessSet>;

/**
 * The set of these witnesses; without `promises`, more than half of them must promise. As few denials as
 * are safe are asked for, so that few have to be there for a takeover.
 */
export function witnessSet(
  agents: readonly string[],
  promises: number = Math.floor(agents.length / 2) + 1,
): WitnessSet {
  const denials = agents.length - promises + 1;
  return WitnessSet.parse({ agents: [...agents], promises, denials });
}

/** A promise may be asked to last this long at most; it is a few seconds by every preset. */
export const promiseMsMax = 600_000;

/** From an agent to one of its witnesses. */
export const WitnessAsk = z.discriminatedUnion('type', [
  /** Be a witness of this incarnation: it counts as one once a judge has acknowledged that after this. */
  z.strictObject({
    type: z.literal('enrol'),
    incarnation,
    /** How long a promise is to last. */
    forMs: z.number().positive().max(promiseMsMax),
  }),
  /** Are you still? */
  z.strictObject({ type: z.literal('check'), incarnation }),
  /** Promise that you will not deny this incarnation for as long. */
  z.strictObject({ type: z.literal('promise'), incarnation }),
]);
export type WitnessAsk = z.infer<typeof WitnessAsk>;

export const WitnessAnswer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('enrolled'), incarnation }),
  z.strictObject({ type: z.literal('promised'), incarnation }),
  /** It has denied this incarnation, or was asked to: it promises nothing to it any more. */
  z.strictObject({ type: z.literal('refused'), incarnation }),
  /** It is no witness of this incarnation, or has forgotten that. */
  z.strictObject({ type: z.literal('stranger'), incarnation }),
]);
export type WitnessAnswer = z.infer<typeof WitnessAnswer>;

/** From a judge to a witness: this incarnation, and all before it, are over. */
export const Deny = z.strictObject({ agent: agentId, incarnation });
export type Deny = z.infer<typeof Deny>;

export const DenyReply = z.discriminatedUnion('type', [
  /** It never promises anything to this incarnation again, nor to any before it, and no promise lives. */
  z.strictObject({ type: z.literal('denied'), agent: agentId, incarnation }),
  /** A promise lives, or may live, for so long; none follows it. */
  z.strictObject({ type: z.literal('waits'), forMs: z.number().min(0) }),
  /** It is no witness of anybody. */
  z.strictObject({ type: z.literal('no witness') }),
]);
export type DenyReply = z.infer<typeof DenyReply>;
