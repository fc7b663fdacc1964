import { assign, enqueueActions, setup, stopChild } from 'xstate';
import { notProvided } from '../not-provided.ts';
import { unexpected } from '../unexpected.ts';
import { promote } from './binding.ts';
import * as changes from './changes.ts';
import { type LoadBalancerContext, initialContext } from './context.ts';
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
    /**
     * Sees to the end of shadows, then sends the command to the holder until it is settled; reports
     * `shadow.ended` and `driven.*`.
     */
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
    noteDesired: assign(changes.noteDesired),
    bind: assign(changes.bind),
    promote: assign(({ context }) => promote(context)),
    rebindInPlace: assign(changes.rebindAbove),
    nameStandby: assign(changes.nameBestStandby),
    dropStandby: assign({ standby: null }),
    noteLost: assign(changes.noteLost),
    noteQueued: assign(changes.noteQueued),
    noteWaiting: assign(changes.noteWaiting),
    noteStaying: assign({ standby: null, waitingSince: null, reason: null, rejected: [] }),
    noteSeen: assign(changes.noteSeen),
    noteApplied: assign(changes.noteApplied),
    dropShadow: assign(changes.dropShadow),
    noteRefusal: assign(changes.noteRefusal),
    noteTombstone: assign(changes.noteTombstone),
    noteTrouble: assign(changes.noteTrouble),
    noteOverdue: assign({ overdue: true, deadlineAt: null }),
    clearRetry: assign({ retryAt: null }),
    /** Starts `drive`, but for a standby that has taken over before the actor heard of the loss: it has answered. */
    drive: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'agent.lost') enqueue.spawnChild('drive', { id: 'drive' });
    }),
    endDrive: stopChild('drive'),
    /** Starts `deadline` where there is one. */
    deadline: enqueueActions(({ context, enqueue }) => {
      if (context.deadlineAt !== null) enqueue.spawnChild('deadline', { id: 'deadline' });
    }),
    endDeadline: stopChild('deadline'),
  },
  guards: {
    ...guards,
  },
}).createMachine({
  id: 'load-balancer',
  description: 'A load balancer: who holds it, who would take over, and what is under way.',
  context: initialContext,
  initial: 'pending',
  on: {
    'deadline.passed': [{ guard: 'currentDeadline', actions: 'noteOverdue' }, {}],
    // What reaches an actor late, after its state has moved on, is expected and changes nothing.
    'agent.lost': [{ guard: 'standbyLost', actions: 'dropStandby' }, {}],
    'agent.leaving': [{ guard: 'standbyLost', actions: 'dropStandby' }, {}],
    'shadow.ended': [{ guard: 'ofShadow', actions: 'dropShadow' }, {}],
    'driven.*': {},
    'retry.due': {},
    place: {},
    claim: [{ guard: 'ahead', actions: 'noteSeen' }, {}],
    '*': { actions: 'unexpected' },
  },
  states: {
    pending: {
      description: 'Nobody holds it; it waits until placement has a candidate.',
      tags: ['seeking'],
      invoke: { src: 'deadline', id: 'deadline' },
      on: {
        'desired.changed': [
          { guard: 'knownDesired' },
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
    // There is no standby in here: whoever is bound anew drops it, and whoever is promoted was it. Thousands may come by
    // at once, so a child that would have nothing to do is not started.
    rebinding: {
      description:
        'It has a new holder or a new epoch; the holder is being told, and has to confirm it.',
      entry: ['drive', 'deadline'],
      exit: ['endDrive', 'endDeadline'],
      on: {
        'desired.changed': [
          { guard: 'knownDesired' },
          { guard: 'toDelete', target: 'deleting.removing', actions: 'noteDesired' },
          { target: 'rebinding', reenter: true, actions: 'noteDesired' },
        ],
        'agent.lost': [{ guard: 'bindingLost', target: 'orphaned', actions: 'noteLost' }, {}],
        'agent.leaving': [
          { guard: 'leavesToQueue', target: 'bound.queued', actions: 'noteQueued' },
          {
            guard: 'leavesToCandidate',
            target: 'rebinding',
            reenter: true,
            actions: ['bind', 'release'],
          },
          {},
        ],
        claim: [
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
          { guard: 'ahead', target: 'rebinding', reenter: true, actions: 'rebindInPlace' },
          {},
        ],
        'driven.refused': [
          { guard: 'currentEpoch', target: 'bound.degraded', actions: 'noteRefusal' },
          {},
        ],
        'driven.trouble': [{ guard: 'currentEpoch', actions: 'noteTrouble' }, {}],
      },
    },
    bound: {
      description: 'An agent holds it.',
      initial: 'settled',
      on: {
        'desired.changed': [
          { guard: 'knownDesired' },
          { guard: 'toDeleteByQueue', target: 'deleting.waiting', actions: 'noteDesired' },
          { guard: 'toDelete', target: 'deleting.removing', actions: 'noteDesired' },
          {
            guard: 'isQueued',
            target: 'bound.queued',
            reenter: true,
            actions: ['noteDesired', 'noteQueued'],
          },
          // Also where its generation is applied already: it may be that of an edit which a store has lost.
          { target: 'bound.applying', reenter: true, actions: 'noteDesired' },
        ],
        place: [{ guard: 'standbyOffered', actions: 'nameStandby' }, {}],
        'agent.lost': [
          { guard: 'lostToStandby', target: 'rebinding', actions: ['promote', 'release'] },
          { guard: 'bindingLost', target: 'orphaned', actions: 'noteLost' },
          { guard: 'standbyLost', actions: 'dropStandby' },
          {},
        ],
        'agent.leaving': [
          { guard: 'leavesToQueue', target: 'bound.queued', actions: 'noteQueued' },
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
      },
      states: {
        settled: { description: 'The device has what is wanted.' },
        // What is newer waits for whoever takes it from the queue; what runs is looked after meanwhile.
        queued: {
          description:
            'What is newer waits for an agent to take it from the queue; what runs goes on.',
          tags: ['seeking'],
          invoke: { src: 'deadline', id: 'deadline' },
          on: {
            place: [
              { guard: 'staysWithHolder', target: 'settled', actions: 'noteStaying' },
              {
                guard: 'hasCandidate',
                target: '#load-balancer.rebinding',
                actions: ['bind', 'release'],
              },
              { actions: 'noteWaiting' },
            ],
            'agent.leaving': [
              {
                guard: 'leavesByOrder',
                target: '#load-balancer.rebinding',
                actions: ['bind', 'release'],
              },
              {},
            ],
          },
        },
        applying: {
          description: 'The holder is making the device what is wanted.',
          invoke: [
            { src: 'drive', id: 'drive' },
            { src: 'deadline', id: 'deadline' },
          ],
          on: {
            'driven.applied': [
              { guard: 'currentComplete', target: 'settled', actions: 'noteApplied' },
              { guard: 'currentEpoch', actions: 'noteApplied' },
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
          description:
            'The device could not be made what is wanted; it is tried again after a while.',
          invoke: { src: 'retry', id: 'retry' },
          on: {
            'retry.due': [
              { guard: 'hasQueuedWork', target: 'queued', actions: ['clearRetry', 'noteQueued'] },
              { target: 'applying', actions: 'clearRetry' },
            ],
          },
        },
      },
    },
    orphaned: {
      description:
        'Its holder is lost; what runs on the device goes on until somebody takes it over.',
      tags: ['seeking'],
      invoke: { src: 'deadline', id: 'deadline' },
      on: {
        'desired.changed': [
          { guard: 'knownDesired' },
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
      description: 'It is to be removed, from its device first.',
      initial: 'removing',
      invoke: { src: 'deadline', id: 'deadline' },
      on: {
        'desired.changed': [{ guard: 'knownDesired' }, { actions: 'noteDesired' }],
        'driven.removed': '#load-balancer.deleted',
        claim: [
          { guard: 'removedHere', target: '#load-balancer.deleted' },
          { guard: 'ahead', actions: 'noteSeen' },
          {},
        ],
      },
      states: {
        removing: {
          description: 'The holder is removing it from the device.',
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
            'driven.trouble': [{ guard: 'currentEpoch', actions: 'noteTrouble' }, {}],
            'agent.lost': [
              { guard: 'bindingLost', target: 'waiting', actions: 'noteLost' },
              { guard: 'standbyLost', actions: 'dropStandby' },
              {},
            ],
            'agent.leaving': [
              { guard: 'leavesToQueue', target: 'waiting' },
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
          description: 'The device has refused the removal; it is tried again after a while.',
          invoke: { src: 'retry', id: 'retry' },
          on: {
            'retry.due': { target: 'removing', actions: 'clearRetry' },
            'agent.lost': [
              { guard: 'bindingLost', target: 'waiting', actions: 'noteLost' },
              { guard: 'standbyLost', actions: 'dropStandby' },
              {},
            ],
            'agent.leaving': [
              { guard: 'leavesToQueue', target: 'waiting' },
              { guard: 'leavesToStandby', target: 'removing', actions: 'promote' },
              { guard: 'leavesToCandidate', target: 'removing', actions: 'bind' },
              { guard: 'standbyLost', actions: 'dropStandby' },
              {},
            ],
          },
        },
        waiting: {
          description: 'Nobody can remove it now; it waits for a candidate.',
          tags: ['seeking'],
          on: {
            place: [
              { guard: 'standbyReady', target: 'removing', actions: 'promote' },
              { guard: 'hasCandidate', target: 'removing', actions: 'bind' },
              { actions: 'noteWaiting' },
            ],
          },
        },
      },
    },
    deleted: { description: 'No device has anything of it any more.', type: 'final' },
  },
});

export type LoadBalancerMachine = typeof loadBalancerMachine;
