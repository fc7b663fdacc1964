import { assign, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import { unexpected } from '../unexpected.ts';
import { type AgentDescription, type LivenessContext, initialLivenessContext } from './context.ts';
import type { LivenessEvent } from './events.ts';
import * as flaps from './flaps.ts';
import * as restarts from './restart.ts';
import { formerWitnesses } from './witnesses.ts';

export type { LivenessEvent } from './events.ts';
/** An agent as its judge sees it. Verdicts name one incarnation, and are never taken back. */
export const livenessMachine = setup({
  types: { context: {} as LivenessContext, events: {} as LivenessEvent },
  actors: {
    /** Asks the agent whether it is there; reports `probe.*`. */
    probe: notProvided('liveness', 'probe'),
    /** Reports `emptied` once no load balancer is bound to the agent. */
    emptying: notProvided('liveness', 'emptying'),
    /** Reports `lease.ended` when the restart lease in the context is over. */
    restartLease: notProvided('liveness', 'restartLease'),
    /** Reports `calmed` once one that flaps has been alive for long enough. */
    quietTime: notProvided('liveness', 'quietTime'),
  },
  actions: {
    unexpected,
    noteRegistered: assign(({ context, event }) => {
      if (event.type !== 'registered') return {};
      return {
        agent: event.agent,
        incarnation: event.incarnation,
        description: newest(context, event),
        formerWitnesses: formerWitnesses(context, {
          incarnation: event.incarnation,
          witnesses: event.description.witnesses,
        }),
        reason: null,
        suspicion: null,
        since: event.at,
        term: Math.max(context.term, event.term),
        ...(event.incarnation > context.incarnation ? { restart: null } : {}),
      };
    }),
    noteTerm: assign(({ event }) => (event.type === 'taken.over' ? { term: event.term } : {})),
    noteHeard: assign(({ event }) => ({ reason: null, suspicion: null, since: event.at })),
    noteSilent: assign(({ event }) => ({
      reason: 'its heartbeats have stopped',
      suspicion: 'silence' as const,
      since: event.at,
    })),
    noteClosed: assign(({ event }) => {
      if (event.type !== 'connection.closed') return {};
      return {
        reason: `its connection was closed (${event.reason})`,
        suspicion: 'connection closed' as const,
        since: event.at,
      };
    }),
    noteCrashed: assign(({ event }) => ({
      reason: 'crashed: its connection was closed and nobody listens',
      since: event.at,
    })),
    noteExpired: assign(({ event }) => ({
      reason: 'silent: its heartbeats have stopped for too long',
      since: event.at,
    })),
    noteCordon: assign(({ event }) =>
      event.type === 'cordon' ? { cordon: { draining: event.draining, since: event.at } } : {},
    ),
    clearCordon: assign({ cordon: null }),
    noteReturn: assign(flaps.noteReturn),
    noteQuickReturn: assign(flaps.noteQuickReturn),
    calm: assign(flaps.calm),
    trust: assign(flaps.trust),
    noteRestart: assign(restarts.noteRestart),
    noteLeaseEnded: assign(restarts.noteLeaseEnded),
    noteLapsed: assign(({ context, event }) =>
      event.type === 'lapsed'
        ? {
            lapsed: event.incarnation,
            formerWitnesses: context.formerWitnesses.filter(
              (former) => former.incarnation > event.incarnation,
            ),
          }
        : {},
    ),
    noteLeaving: assign(({ event }) => ({ reason: 'it said goodbye', since: event.at })),
  },
  guards: {
    current: ({ context, event }) =>
      'incarnation' in event && event.incarnation === context.incarnation,
    newer: ({ context, event }) =>
      'incarnation' in event && event.incarnation > context.incarnation,
    /** Registered again under the same incarnation: its judge had forgotten, it had not died. */
    same: ({ context, event }) =>
      'incarnation' in event && event.incarnation === context.incarnation,
    flaps: flaps.flaps,
    wasQuiet: flaps.wasQuiet,
    asksForLease: restarts.asksForLease,
    hasStayed: restarts.hasStayed,
    currentLease: restarts.currentLease,
    newerTerm: ({ context, event }) => event.type === 'taken.over' && event.term > context.term,
    /** It lapsed, which was not known: of one that is over, because a newer one has registered. */
    lapsedBefore: ({ context, event }) =>
      event.type === 'lapsed' &&
      event.term === context.term &&
      event.incarnation > context.lapsed &&
      event.incarnation < context.incarnation,
    /** Of the last one, which is over. */
    lapsedNow: ({ context, event }) =>
      event.type === 'lapsed' &&
      event.term === context.term &&
      event.incarnation > context.lapsed &&
      event.incarnation <= context.incarnation,
    cordoned: ({ context }) => context.cordon !== null,
    /** Asked for again: it stands since the first time. */
    cordonedAlready: ({ context, event }) =>
      event.type === 'cordon' && context.cordon?.draining === event.draining,
  },
}).createMachine({
  id: 'liveness',
  description: 'An agent as its judge sees it.',
  context: initialLivenessContext,
  initial: 'joining',
  on: {
    registered: [{ guard: 'newer', target: '.alive', actions: 'noteRegistered' }, {}],
    // Notices about an earlier incarnation, or late ones: nothing to do.
    silent: {},
    expired: {},
    heard: {},
    'connection.closed': {},
    'probe.*': {},
    goodbye: {},
    emptied: {},
    restart: {},
    stayed: {},
    'lease.ended': {},
    lapsed: [{ guard: 'lapsedBefore', actions: 'noteLapsed' }, {}],
    'taken.over': [{ guard: 'newerTerm', actions: 'noteTerm' }, {}],
    cordon: [{ guard: 'cordonedAlready' }, { actions: 'noteCordon' }],
    uncordon: [{ guard: 'cordoned', actions: 'clearCordon' }, {}],
    calmed: {},
    trusted: [{ guard: 'flaps', actions: 'trust' }, {}],
    '*': { actions: 'unexpected' },
  },
  states: {
    joining: { description: 'It has not registered yet.' },
    alive: {
      description: 'Its heartbeats are heard.',
      invoke: { src: 'quietTime', id: 'quietTime' },
      on: {
        calmed: [{ guard: 'wasQuiet', actions: 'calm' }, {}],
        registered: [
          { guard: 'newer', target: 'alive', reenter: true, actions: 'noteRegistered' },
          { guard: 'same', actions: 'noteRegistered' },
          {},
        ],
        silent: [{ guard: 'current', target: 'suspect', actions: 'noteSilent' }, {}],
        'connection.closed': [{ guard: 'current', target: 'suspect', actions: 'noteClosed' }, {}],
        expired: [{ guard: 'current', target: 'dead', actions: 'noteExpired' }, {}],
        goodbye: [{ guard: 'current', target: 'draining', actions: 'noteLeaving' }, {}],
        restart: [{ guard: 'asksForLease', target: 'restarting', actions: 'noteRestart' }, {}],
      },
    },
    suspect: {
      description: 'There is evidence against it, and it is being probed.',
      invoke: { src: 'probe', id: 'probe' },
      on: {
        registered: [
          { guard: 'newer', target: 'alive', actions: ['noteQuickReturn', 'noteRegistered'] },
          { guard: 'same', target: 'alive', actions: 'noteRegistered' },
          {},
        ],
        heard: [{ guard: 'current', target: 'alive', actions: 'noteHeard' }, {}],
        'probe.answered': [{ guard: 'current', target: 'alive', actions: 'noteHeard' }, {}],
        'probe.nobody': [{ guard: 'current', target: 'dead', actions: 'noteCrashed' }, {}],
        'connection.closed': [
          { guard: 'current', target: 'suspect', reenter: true, actions: 'noteClosed' },
          {},
        ],
        expired: [{ guard: 'current', target: 'dead', actions: 'noteExpired' }, {}],
        goodbye: [{ guard: 'current', target: 'draining', actions: 'noteLeaving' }, {}],
        restart: [{ guard: 'asksForLease', target: 'restarting', actions: 'noteRestart' }, {}],
      },
    },
    // Whatever would be evidence against another one is none against an agent that said it would go.
    restarting: {
      description:
        'It has said that it comes back at once; nothing moves while its restart lease lasts.',
      invoke: { src: 'restartLease', id: 'restartLease' },
      on: {
        stayed: [{ guard: 'hasStayed', target: 'alive', actions: 'noteHeard' }, {}],
        goodbye: [{ guard: 'current', target: 'draining', actions: 'noteLeaving' }, {}],
        'lease.ended': [
          { guard: 'currentLease', target: 'suspect', actions: 'noteLeaseEnded' },
          {},
        ],
      },
    },
    dead: {
      description: 'This incarnation is over for good; only a newer one is heard.',
      on: {
        registered: [
          { guard: 'newer', target: 'alive', actions: ['noteReturn', 'noteRegistered'] },
          {},
        ],
        lapsed: [{ guard: 'lapsedNow', actions: 'noteLapsed' }, {}],
      },
    },
    draining: {
      description: 'It has said goodbye, and is being emptied.',
      invoke: { src: 'emptying', id: 'emptying' },
      on: {
        emptied: [{ guard: 'current', target: 'retired' }, {}],
        'connection.closed': [{ guard: 'current', target: 'dead', actions: 'noteCrashed' }, {}],
        expired: [{ guard: 'current', target: 'dead', actions: 'noteExpired' }, {}],
      },
    },
    retired: {
      description: 'It has left, and nothing is bound to it.',
      on: { lapsed: [{ guard: 'lapsedNow', actions: 'noteLapsed' }, {}] },
    },
  },
});

/** A description that was told before the one that is known, and comes after it, is old. */
function newest(
  known: LivenessContext,
  told: Extract<LivenessEvent, { type: 'registered' }>,
): AgentDescription {
  const { description } = known;
  if (told.incarnation !== known.incarnation || description === null) return told.description;
  const isOld = told.description.edition < description.edition;
  if (isOld) return description;
  // Who has lived by these may not be judged by others: they are for the life of the incarnation.
  return { ...told.description, witnesses: description.witnesses };
}

export type LivenessMachine = typeof livenessMachine;
