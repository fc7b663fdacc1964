import { assign, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import { unexpected } from '../unexpected.ts';
import { bindTo, nameStandby, names, promote, rebindInPlace, standbyCandidate } from './binding.ts';
import { type LoadBalancerContext, initialContext, rejectedMax } from './context.ts';
import type { LoadBalancerEvent } from './events.ts';
import * as guards from './guards.ts';

/**
 * A load balancer's life: who holds it, who would take over, and what is under way.
 * `seeking` marks the states in which it wants a seat from placement.
 */
export const loadBalancerMachine = setup({
  types: {
    context: {} as LoadBalancerContext,
    events: {} as LoadBalancerEvent,
    tags: {} as 'seeking',
  },
  actors: {
    /** Sends the command to the holder until it is settled; reports `driven.*`. */
    drive: notProvided('load-balancer', 'drive'),
    /** Sends `deadline.passed` at the context's `deadlineAt`. */
    deadline: notProvided('load-balancer', 'deadline'),
    /** Sends `retry.due` at the context's `retryAt`. */
    retry: notProvided('load-balancer', 'retry'),
  },
  actions: {
    /** Tells the replaced holder to let go. */
    release: () => undefined,
    unexpected,
    noteDesired: assign(({ context, event }) => {
      if (event.type !== 'desired.changed') return {};
      const newer = event.generation > context.generation || event.status !== context.status;
      return {
        driver: event.driver,
        reschedulable: event.reschedulable,
        zone: event.zone,
        generation: event.generation,
        status: event.status,
        ...(newer || context.deadlineAt === null
          ? { deadlineAt: event.deadlineAt, overdue: false, refusal: null }
          : {}),
        waitingSince:
          context.binding === null ? (context.waitingSince ?? event.at) : context.waitingSince,
      };
    }),
    bind: assign(({ context, event }) => {
      if (event.type !== 'place' && event.type !== 'agent.leaving') return {};
      const [best] = event.candidates;
      return best === undefined ? {} : bindTo(context, best);
    }),
    promote: assign(({ context }) => promote(context)),
    rebindInPlace: assign(({ context, event }) => {
      if (event.type === 'claim') return rebindInPlace(context, event.epoch);
      if (event.type === 'driven.fenced') return rebindInPlace(context, event.by.epoch);
      return {};
    }),
    nameStandby: assign(({ context, event }) => {
      if (event.type !== 'place') return {};
      const candidate = standbyCandidate(context, event.candidates);
      return candidate === null ? {} : nameStandby(context, candidate);
    }),
    dropStandby: assign({ standby: null }),
    noteLost: assign(({ context, event }) => {
      if (event.type !== 'agent.lost' && event.type !== 'driven.stale') return {};
      const who = `agent ${context.binding?.agent ?? 'unknown'}`;
      return {
        waitingSince: context.waitingSince ?? event.at,
        reason:
          event.type === 'agent.lost'
            ? `${who} is lost: ${event.verdict}`
            : `${who} has started anew and must be bound again`,
      };
    }),
    noteWaiting: assign(({ event }) => {
      if (event.type !== 'place') return {};
      return { reason: event.reason, rejected: event.rejected.slice(0, rejectedMax) };
    }),
    noteSeen: assign(({ context, event }) => {
      if (event.type !== 'claim') return {};
      return { lastEpoch: Math.max(context.lastEpoch, event.epoch) };
    }),
    noteApplied: assign(({ context, event }) => {
      if (event.type !== 'driven.applied') return {};
      const complete = event.generation >= context.generation;
      return {
        appliedEpoch: event.epoch,
        appliedGeneration: Math.max(context.appliedGeneration, event.generation),
        operating: event.operating ?? context.operating,
        replaced: null,
        reason: null,
        ...(complete ? { deadlineAt: null, overdue: false, refusal: null, retryAt: null } : {}),
      };
    }),
    noteRefusal: assign(({ event }) => {
      if (event.type !== 'driven.refused') return {};
      return { refusal: event.message, reason: event.message, retryAt: event.retryAt };
    }),
    noteTombstone: assign(({ event }) => {
      if (event.type !== 'driven.fenced') return {};
      const message = 'the device holds a tombstone for this load balancer and refuses it for good';
      return { refusal: message, reason: message, retryAt: null };
    }),
    noteTrouble: assign(({ event }) => {
      if (event.type !== 'driven.trouble') return {};
      return { reason: event.message };
    }),
    noteReport: assign(({ event }) => {
      if (event.type !== 'report') return {};
      return { operating: event.operating, reason: event.reason };
    }),
    noteOverdue: assign({ overdue: true, deadlineAt: null }),
    clearRetry: assign({ retryAt: null }),
  },
  guards: {
    toDelete: ({ event }) => event.type === 'desired.changed' && event.status === 'deleting',
    toDeleteUnbound: ({ context, event }) =>
      event.type === 'desired.changed' && event.status === 'deleting' && context.lastEpoch === 0,
    sameDesired: ({ context, event }) =>
      event.type === 'desired.changed' &&
      event.generation === context.generation &&
      event.status === context.status &&
      event.driver === context.driver,
    newerDesired: ({ context, event }) =>
      event.type === 'desired.changed' && event.generation > context.appliedGeneration,
    standbyReady: guards.standbyReady,
    hasCandidate: guards.hasCandidate,
    standbyOffered: guards.standbyOffered,
    mayMove: ({ context }) => context.reschedulable,
    bindingLost: ({ context, event }) =>
      event.type === 'agent.lost' && names(context.binding, event),
    standbyLost: ({ context, event }) =>
      (event.type === 'agent.lost' || event.type === 'agent.leaving') &&
      names(context.standby, event),
    leavesToStandby: guards.leavesToStandby,
    leavesToCandidate: guards.leavesToCandidate,
    currentComplete: guards.currentComplete,
    currentEpoch: guards.currentEpoch,
    aheadIsStandby: guards.aheadIsStandby,
    ahead: guards.ahead,
    removedHere: guards.removedHere,
    reportFromHolder: guards.reportFromHolder,
    currentDeadline: ({ context, event }) =>
      event.type === 'deadline.passed' && event.deadlineAt === context.deadlineAt,
  },
}).createMachine({
  id: 'load-balancer',
  context: initialContext,
  initial: 'pending',
  on: {
    'deadline.passed': [{ guard: 'currentDeadline', actions: 'noteOverdue' }, {}],
    // What reaches an actor late, after its state has moved on, is expected and changes nothing.
    'agent.lost': [{ guard: 'standbyLost', actions: 'dropStandby' }, {}],
    'agent.leaving': [{ guard: 'standbyLost', actions: 'dropStandby' }, {}],
    'driven.*': {},
    'retry.due': {},
    place: {},
    report: {},
    claim: [{ guard: 'ahead', actions: 'noteSeen' }, {}],
    '*': { actions: 'unexpected' },
  },
  states: {
    pending: {
      tags: ['seeking'],
      invoke: { src: 'deadline', id: 'deadline' },
      on: {
        'desired.changed': [
          { guard: 'sameDesired' },
          { guard: 'toDeleteUnbound', target: 'deleted', actions: 'noteDesired' },
          { guard: 'toDelete', target: 'deleting.waiting', actions: 'noteDesired' },
          { target: 'pending', reenter: true, actions: 'noteDesired' },
        ],
        place: [
          { guard: 'standbyReady', target: 'rebinding', actions: ['promote', 'release'] },
          { guard: 'hasCandidate', target: 'rebinding', actions: ['bind', 'release'] },
          { actions: 'noteWaiting' },
        ],
      },
    },
    rebinding: {
      invoke: [
        { src: 'drive', id: 'drive' },
        { src: 'deadline', id: 'deadline' },
      ],
      on: {
        'desired.changed': [
          { guard: 'sameDesired' },
          { guard: 'toDelete', target: 'deleting.removing', actions: 'noteDesired' },
          { target: 'rebinding', reenter: true, actions: 'noteDesired' },
        ],
        'agent.lost': [
          { guard: 'bindingLost', target: 'orphaned', actions: 'noteLost' },
          { guard: 'standbyLost', actions: 'dropStandby' },
          {},
        ],
        'agent.leaving': [
          {
            guard: 'leavesToStandby',
            target: 'rebinding',
            reenter: true,
            actions: ['promote', 'release'],
          },
          {
            guard: 'leavesToCandidate',
            target: 'rebinding',
            reenter: true,
            actions: ['bind', 'release'],
          },
          { guard: 'standbyLost', actions: 'dropStandby' },
          {},
        ],
        claim: [
          {
            guard: 'aheadIsStandby',
            target: 'rebinding',
            reenter: true,
            actions: ['promote', 'release'],
          },
          { guard: 'ahead', target: 'rebinding', reenter: true, actions: 'rebindInPlace' },
          {},
        ],
        'driven.applied': [
          { guard: 'currentComplete', target: 'bound.settled', actions: 'noteApplied' },
          { guard: 'currentEpoch', target: 'bound.applying', actions: 'noteApplied' },
          {},
        ],
        'driven.fenced': [
          { guard: 'removedHere', target: 'bound.degraded', actions: 'noteTombstone' },
          {
            guard: 'aheadIsStandby',
            target: 'rebinding',
            reenter: true,
            actions: ['promote', 'release'],
          },
          { guard: 'ahead', target: 'rebinding', reenter: true, actions: 'rebindInPlace' },
          {},
        ],
        'driven.refused': [
          { guard: 'currentEpoch', target: 'bound.degraded', actions: 'noteRefusal' },
          {},
        ],
        'driven.stale': [{ guard: 'currentEpoch', target: 'orphaned', actions: 'noteLost' }, {}],
        'driven.trouble': [{ guard: 'currentEpoch', actions: 'noteTrouble' }, {}],
      },
    },
    bound: {
      initial: 'settled',
      on: {
        'desired.changed': [
          { guard: 'sameDesired' },
          { guard: 'toDelete', target: 'deleting.removing', actions: 'noteDesired' },
          {
            guard: 'newerDesired',
            target: 'bound.applying',
            reenter: true,
            actions: 'noteDesired',
          },
          { actions: 'noteDesired' },
        ],
        place: [{ guard: 'standbyOffered', actions: 'nameStandby' }, {}],
        'agent.lost': [
          { guard: 'bindingLost', target: 'orphaned', actions: 'noteLost' },
          { guard: 'standbyLost', actions: 'dropStandby' },
          {},
        ],
        'agent.leaving': [
          { guard: 'leavesToStandby', target: 'rebinding', actions: ['promote', 'release'] },
          { guard: 'leavesToCandidate', target: 'rebinding', actions: ['bind', 'release'] },
          { guard: 'standbyLost', actions: 'dropStandby' },
          {},
        ],
        claim: [
          { guard: 'aheadIsStandby', target: 'rebinding', actions: ['promote', 'release'] },
          { guard: 'ahead', target: 'rebinding', actions: 'rebindInPlace' },
          {},
        ],
        'driven.fenced': [
          { guard: 'removedHere', target: 'bound.degraded', actions: 'noteTombstone' },
          { guard: 'aheadIsStandby', target: 'rebinding', actions: ['promote', 'release'] },
          { guard: 'ahead', target: 'rebinding', actions: 'rebindInPlace' },
          {},
        ],
        'driven.stale': [{ guard: 'currentEpoch', target: 'orphaned', actions: 'noteLost' }, {}],
        report: [{ guard: 'reportFromHolder', actions: 'noteReport' }, {}],
      },
      states: {
        settled: {},
        applying: {
          invoke: [
            { src: 'drive', id: 'drive' },
            { src: 'deadline', id: 'deadline' },
          ],
          on: {
            'driven.applied': [
              { guard: 'currentComplete', target: 'settled', actions: 'noteApplied' },
              { guard: 'currentEpoch', target: 'applying', reenter: true, actions: 'noteApplied' },
              {},
            ],
            'driven.refused': [
              { guard: 'currentEpoch', target: 'degraded', actions: 'noteRefusal' },
              {},
            ],
            'driven.trouble': [{ guard: 'currentEpoch', actions: 'noteTrouble' }, {}],
          },
        },
        degraded: {
          invoke: { src: 'retry', id: 'retry' },
          on: {
            'retry.due': { target: 'applying', actions: 'clearRetry' },
          },
        },
      },
    },
    orphaned: {
      tags: ['seeking'],
      invoke: { src: 'deadline', id: 'deadline' },
      on: {
        'desired.changed': [
          { guard: 'sameDesired' },
          { guard: 'toDelete', target: 'deleting.waiting', actions: 'noteDesired' },
          { target: 'orphaned', reenter: true, actions: 'noteDesired' },
        ],
        place: [
          { guard: 'standbyReady', target: 'rebinding', actions: ['promote', 'release'] },
          { guard: 'hasCandidate', target: 'rebinding', actions: ['bind', 'release'] },
          { guard: 'mayMove', target: 'pending', actions: 'noteWaiting' },
          { actions: 'noteWaiting' },
        ],
      },
    },
    deleting: {
      initial: 'removing',
      invoke: { src: 'deadline', id: 'deadline' },
      on: {
        'desired.changed': [{ guard: 'sameDesired' }, { actions: 'noteDesired' }],
        'driven.removed': '#load-balancer.deleted',
      },
      states: {
        removing: {
          invoke: { src: 'drive', id: 'drive' },
          on: {
            'driven.fenced': [
              { guard: 'removedHere', target: '#load-balancer.deleted' },
              { guard: 'aheadIsStandby', target: 'removing', reenter: true, actions: 'promote' },
              { guard: 'ahead', target: 'removing', reenter: true, actions: 'rebindInPlace' },
              {},
            ],
            'driven.refused': [
              { guard: 'currentEpoch', target: 'refused', actions: 'noteRefusal' },
              {},
            ],
            'driven.stale': [{ guard: 'currentEpoch', target: 'waiting', actions: 'noteLost' }, {}],
            'driven.trouble': [{ guard: 'currentEpoch', actions: 'noteTrouble' }, {}],
            'agent.lost': [
              { guard: 'bindingLost', target: 'waiting', actions: 'noteLost' },
              { guard: 'standbyLost', actions: 'dropStandby' },
              {},
            ],
            'agent.leaving': [
              { guard: 'leavesToStandby', target: 'removing', reenter: true, actions: 'promote' },
              { guard: 'leavesToCandidate', target: 'removing', reenter: true, actions: 'bind' },
              { guard: 'standbyLost', actions: 'dropStandby' },
              {},
            ],
            claim: [
              { guard: 'removedHere', target: '#load-balancer.deleted' },
              { guard: 'aheadIsStandby', target: 'removing', reenter: true, actions: 'promote' },
              { guard: 'ahead', target: 'removing', reenter: true, actions: 'rebindInPlace' },
              {},
            ],
          },
        },
        refused: {
          invoke: { src: 'retry', id: 'retry' },
          on: {
            'retry.due': { target: 'removing', actions: 'clearRetry' },
            'agent.lost': [
              { guard: 'bindingLost', target: 'waiting', actions: 'noteLost' },
              { guard: 'standbyLost', actions: 'dropStandby' },
              {},
            ],
          },
        },
        waiting: {
          tags: ['seeking'],
          on: {
            place: [
              { guard: 'standbyReady', target: 'removing', actions: 'promote' },
              { guard: 'hasCandidate', target: 'removing', actions: 'bind' },
              { actions: 'noteWaiting' },
            ],
            claim: [
              { guard: 'removedHere', target: '#load-balancer.deleted' },
              { guard: 'ahead', actions: 'noteSeen' },
              {},
            ],
          },
        },
      },
    },
    deleted: { type: 'final' },
  },
});

export type LoadBalancerMachine = typeof loadBalancerMachine;
