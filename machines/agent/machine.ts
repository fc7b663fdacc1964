import { assign, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import { unexpected } from '../unexpected.ts';

export interface AgentContext {
  readonly incarnation: number;
  readonly reason: string | null;
}

export type AgentEvent =
  | { readonly type: 'started'; readonly incarnation: number }
  | { readonly type: 'bus.connected' }
  | { readonly type: 'bus.disconnected' }
  | { readonly type: 'register.accepted' }
  /** The judge has declared this incarnation dead, or knows a newer one. */
  | { readonly type: 'incarnation.ended'; readonly reason: string; readonly next: number }
  /** The judge does not know this incarnation, for example after it lost its records. */
  | { readonly type: 'unknown' }
  /** A device that was out of reach when it registered can be reached now. */
  | { readonly type: 'drivers.found' }
  /** The lease ended: no heartbeat was acknowledged in time. */
  | { readonly type: 'lease.ended' }
  | { readonly type: 'lease.renewed' }
  | { readonly type: 'stop' }
  | { readonly type: 'goodbye.done'; readonly outcome: string };

/** An agent as it lives in its own process. */
export const agentMachine = setup({
  types: { context: {} as AgentContext, events: {} as AgentEvent },
  actors: {
    /** Registers with the judge until it accepts; reports `register.accepted`. */
    register: notProvided('agent', 'register'),
    /** Sends heartbeats, and looks for devices; reports the lease's edges and the judge's answers. */
    heartbeat: notProvided('agent', 'heartbeat'),
    /** Says goodbye and waits until nothing is bound here; reports `goodbye.done`. */
    goodbye: notProvided('agent', 'goodbye'),
  },
  actions: {
    unexpected,
    noteIncarnation: assign(({ event }) => {
      if (event.type === 'started') return { incarnation: event.incarnation, reason: null };
      if (event.type === 'incarnation.ended') {
        return { incarnation: event.next, reason: event.reason };
      }
      return {};
    }),
    noteIsolated: assign({ reason: 'no judge has acknowledged a heartbeat within the lease' }),
    noteServing: assign({ reason: null }),
  },
}).createMachine({
  id: 'agent',
  context: { incarnation: 0, reason: null },
  initial: 'connecting',
  on: {
    started: { actions: 'noteIncarnation' },
    stop: '.draining',
    'bus.*': {},
    'lease.*': {},
    'register.accepted': {},
    'incarnation.ended': { target: '.registering', actions: 'noteIncarnation' },
    unknown: {},
    'drivers.found': {},
    'goodbye.done': {},
    '*': { actions: 'unexpected' },
  },
  states: {
    connecting: {
      on: { 'bus.connected': 'registering' },
    },
    registering: {
      invoke: { src: 'register', id: 'register' },
      on: {
        'register.accepted': { target: 'serving', actions: 'noteServing' },
        'incarnation.ended': {
          target: 'registering',
          reenter: true,
          actions: 'noteIncarnation',
        },
      },
    },
    serving: {
      invoke: { src: 'heartbeat', id: 'heartbeat' },
      on: {
        unknown: 'registering',
        'drivers.found': 'registering',
        'lease.ended': { target: 'isolated', actions: 'noteIsolated' },
      },
    },
    isolated: {
      invoke: { src: 'heartbeat', id: 'heartbeat' },
      on: {
        unknown: 'registering',
        'drivers.found': 'registering',
        'lease.renewed': { target: 'serving', actions: 'noteServing' },
      },
    },
    draining: {
      invoke: { src: 'goodbye', id: 'goodbye' },
      on: {
        stop: {},
        'incarnation.ended': {},
        'goodbye.done': 'stopped',
      },
    },
    stopped: { type: 'final' },
  },
});

export type AgentMachine = typeof agentMachine;
