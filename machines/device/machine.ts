import { assign, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import { unexpected } from '../unexpected.ts';

/** What the agent was commanded to make of its device. */
export interface Wanted {
  readonly epoch: number;
  readonly generation: number;
  readonly live: boolean;
  /** The request that made the generation: another one only where a store has forgotten that it was given. */
  readonly edit: string | null;
}

export interface DeviceMarker {
  readonly epoch: number;
  readonly generation: number;
  readonly removed: boolean;
}

export interface DeviceFailure {
  readonly kind: 'retryable' | 'permanent' | 'unknown';
  readonly message: string;
  /** What the device asked for; null where it did not say. */
  readonly retryAfterMs: number | null;
}

export interface DeviceContext {
  readonly wanted: Wanted | null;
  /** What the device confirmed; null until it has. */
  readonly applied: Wanted | null;
  /** By what it was refused, while it is fenced. */
  readonly fencedBy: DeviceMarker | null;
  readonly failure: DeviceFailure | null;
  /** Failures in a row: the backoff's exponent. */
  readonly failures: number;
}

export type DeviceEvent =
  | { readonly type: 'command'; readonly wanted: Wanted }
  | { readonly type: 'execute.applied'; readonly wanted: Wanted; readonly marker: DeviceMarker }
  | { readonly type: 'execute.removed'; readonly wanted: Wanted }
  | { readonly type: 'execute.fenced'; readonly marker: DeviceMarker }
  | { readonly type: 'execute.failed'; readonly wanted: Wanted; readonly failure: DeviceFailure }
  /** What runs on the device died. */
  | { readonly type: 'device.down'; readonly reason: string }
  /** The device holds something else than was confirmed. */
  | { readonly type: 'device.drifted'; readonly reason: string }
  | { readonly type: 'device.stable' }
  | { readonly type: 'retry.due' }
  /** The control plane says that someone newer holds it. */
  | { readonly type: 'superseded'; readonly epoch: number };

/** The newest epoch that is known here: of a command, or of who fenced it. */
function floorOf({ wanted, fencedBy }: DeviceContext): number {
  return Math.max(wanted?.epoch ?? 0, fencedBy?.epoch ?? 0);
}

function refusesOutdated({ wanted }: DeviceContext, event: DeviceEvent): boolean {
  const isRefusal = event.type === 'execute.failed' && event.failure.kind === 'permanent';
  return isRefusal && wanted !== null && !covers(event.wanted, wanted);
}

function fencedByItself({ wanted }: DeviceContext, event: DeviceEvent): boolean {
  if (event.type !== 'execute.fenced' || event.marker.removed) return false;
  return wanted !== null && event.marker.epoch <= wanted.epoch;
}

/** One load balancer on one device, as the agent that it is bound to drives it. */
export const deviceMachine = setup({
  types: { context: {} as DeviceContext, events: {} as DeviceEvent },
  actors: {
    /** Makes the device what `wanted` says, once; reports `execute.*`. */
    execute: notProvided('device', 'execute'),
    /**
     * Watches what runs; reports `device.down`, `device.drifted`, and after a quiet time `device.stable`, where it has
     * failed before.
     */
    watch: notProvided('device', 'watch'),
    /** Reports `retry.due` after the backoff. */
    backoff: notProvided('device', 'backoff'),
  },
  actions: {
    unexpected,
    noteWanted: assign(({ context, event }) => {
      if (event.type !== 'command') return {};
      const known = context.wanted !== null && covers(context.wanted, event.wanted);
      return { wanted: known ? context.wanted : event.wanted, fencedBy: null };
    }),
    noteApplied: assign(({ event }) => {
      if (event.type !== 'execute.applied') return {};
      const { epoch, generation } = event.marker;
      const edit = generation === event.wanted.generation ? event.wanted.edit : null;
      return { applied: { epoch, generation, live: true, edit }, failure: null };
    }),
    noteRemoved: assign(({ event }) =>
      event.type === 'execute.removed' ? { applied: event.wanted, failure: null, failures: 0 } : {},
    ),
    noteFenced: assign(({ event }) =>
      event.type === 'execute.fenced'
        ? { fencedBy: event.marker, applied: null, failure: null }
        : {},
    ),
    noteSuperseded: assign(({ context, event }) =>
      event.type === 'superseded'
        ? {
            fencedBy: {
              epoch: event.epoch,
              generation: context.wanted?.generation ?? 0,
              removed: false,
            },
            applied: null,
            failure: null,
          }
        : {},
    ),
    noteFailed: assign(({ context, event }) =>
      event.type === 'execute.failed'
        ? { failure: event.failure, failures: context.failures + 1 }
        : {},
    ),
    noteDown: assign(({ context, event }) =>
      event.type === 'device.down' || event.type === 'device.drifted'
        ? {
            applied: null,
            failure: { kind: 'retryable' as const, message: event.reason, retryAfterMs: null },
            failures: context.failures + 1,
          }
        : {},
    ),
    noteStable: assign({ failures: 0 }),
  },
  guards: {
    older: ({ context, event }) =>
      event.type === 'command' && event.wanted.epoch < floorOf(context),
    /** The very thing that is wanted already, and its device is on the way or there. */
    repeated: ({ context, event }) =>
      event.type === 'command' && context.wanted !== null && covers(context.wanted, event.wanted),
    removal: ({ event }) => event.type === 'command' && !event.wanted.live,
    /** A newer command came while this one was being executed. */
    outdated: ({ context, event }) =>
      (event.type === 'execute.applied' || event.type === 'execute.removed') &&
      context.wanted !== null &&
      !covers(event.wanted, context.wanted),
    /** A removal was commanded while something else was under way. */
    removalWanted: ({ context }) => context.wanted?.live === false,
    /** What was refused for good is not what is wanted by now, which has not been tried yet. */
    refusedOutdated: ({ context, event }) => refusesOutdated(context, event),
    refusedBeforeRemoval: ({ context, event }) =>
      refusesOutdated(context, event) && context.wanted?.live === false,
    /** Refused by what this agent itself was commanded later: not a fence, only a late answer. */
    ownEpoch: ({ context, event }) => fencedByItself(context, event),
    ownRemoval: ({ context, event }) =>
      fencedByItself(context, event) && context.wanted?.live === false,
    /** Of the same epoch only where a store has forgotten that it was given: then the record decides. */
    newerHolder: ({ context, event }) =>
      event.type === 'superseded' &&
      (event.epoch > floorOf(context) || event.epoch === context.wanted?.epoch),
    firstFailure: ({ context }) => context.failures === 0,
  },
}).createMachine({
  id: 'device',
  description: 'One load balancer on one device, as the agent that holds it drives it.',
  context: { wanted: null, applied: null, fencedBy: null, failure: null, failures: 0 },
  initial: 'absent',
  on: {
    command: [
      { guard: 'older' },
      { guard: 'repeated' },
      { guard: 'removal', target: '.removing', actions: 'noteWanted' },
      { target: '.applying', actions: 'noteWanted' },
    ],
    superseded: [{ guard: 'newerHolder', target: '.fenced', actions: 'noteSuperseded' }, {}],
    'execute.*': {},
    'device.*': {},
    'retry.due': {},
    '*': { actions: 'unexpected' },
  },
  states: {
    absent: { description: 'Nothing of it is known to be on the device.' },
    applying: {
      description: 'The device is being made what is wanted.',
      invoke: { src: 'execute', id: 'execute' },
      on: {
        // Calls for one device never overlap: a newer command waits for the one under way.
        command: [{ guard: 'older' }, { guard: 'repeated' }, { actions: 'noteWanted' }],
        'execute.applied': [
          { guard: 'removalWanted', target: 'removing', actions: 'noteApplied' },
          { guard: 'outdated', target: 'applying', reenter: true, actions: 'noteApplied' },
          { target: 'active', actions: 'noteApplied' },
        ],
        'execute.fenced': [
          { guard: 'ownRemoval', target: 'removing' },
          { guard: 'ownEpoch', target: 'applying', reenter: true },
          { target: 'fenced', actions: 'noteFenced' },
        ],
        'execute.failed': [
          { guard: 'refusedBeforeRemoval', target: 'removing' },
          { guard: 'refusedOutdated', target: 'applying', reenter: true },
          { guard: 'removalWanted', target: 'removalFailing', actions: 'noteFailed' },
          { target: 'failing', actions: 'noteFailed' },
        ],
        superseded: {},
      },
    },
    active: {
      description: 'The device has what is wanted, and is watched.',
      invoke: { src: 'watch', id: 'watch' },
      on: {
        command: [
          { guard: 'older' },
          { guard: 'repeated' },
          { guard: 'removal', target: 'removing', actions: 'noteWanted' },
          { target: 'applying', actions: 'noteWanted' },
        ],
        'device.down': [
          { guard: 'firstFailure', target: 'applying', actions: 'noteDown' },
          { target: 'failing', actions: 'noteDown' },
        ],
        'device.drifted': [
          { guard: 'firstFailure', target: 'applying', actions: 'noteDown' },
          { target: 'failing', actions: 'noteDown' },
        ],
        'device.stable': { actions: 'noteStable' },
      },
    },
    failing: {
      description: 'The device could not be made what is wanted; the next attempt waits.',
      invoke: { src: 'backoff', id: 'backoff' },
      on: {
        command: [
          { guard: 'older' },
          { guard: 'removal', target: 'removing', actions: 'noteWanted' },
          { target: 'applying', actions: 'noteWanted' },
        ],
        'retry.due': 'applying',
      },
    },
    removing: {
      description: 'It is being removed from the device.',
      invoke: { src: 'execute', id: 'execute' },
      on: {
        // A life that is commanded now was given by somebody whose store has lost the deletion: it waits.
        command: [
          { guard: 'older' },
          { guard: 'repeated' },
          { guard: 'removal', actions: 'noteWanted' },
          {},
        ],
        'execute.removed': { target: 'absent', actions: 'noteRemoved' },
        'execute.fenced': [
          { guard: 'ownEpoch', target: 'removing', reenter: true },
          { target: 'fenced', actions: 'noteFenced' },
        ],
        'execute.failed': { target: 'removalFailing', actions: 'noteFailed' },
        superseded: {},
      },
    },
    removalFailing: {
      description: 'The removal has failed; the next attempt waits.',
      invoke: { src: 'backoff', id: 'backoff' },
      on: {
        command: [
          { guard: 'older' },
          { guard: 'removal', target: 'removing', actions: 'noteWanted' },
          {},
        ],
        'retry.due': 'removing',
      },
    },
    fenced: { description: 'Somebody newer holds it; this agent leaves it alone.' },
  },
});

export type DeviceMachine = typeof deviceMachine;

/** Is `a` at least what `b` asks for? A removal is final, so it covers every life before it. */
export function covers(a: Wanted, b: Wanted): boolean {
  if (a.epoch !== b.epoch) return false;
  if (!a.live && b.live) return true;
  if (a.live !== b.live || a.generation < b.generation) return false;
  return a.generation > b.generation || a.edit === b.edit;
}
