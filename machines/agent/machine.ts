import { assign, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import { unexpected } from '../unexpected.ts';

export interface AgentContext {
  readonly incarnation: number;
  readonly reason: string | null;
  /** Is it to end also where nobody waits for it? */
  readonly insists: boolean;
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
  /** The lease ended: no heartbeat was acknowledged in time. */
  | { readonly type: 'lease.ended' }
  | { readonly type: 'lease.renewed' }
  /** It is to be started anew: an operator asks for it, or, with `insists`, whoever runs it tells it. */
  | { readonly type: 'restart'; readonly insists: boolean }
  /** It is waited for, and may end. */
  | { readonly type: 'restart.leased' }
  /** It is not; `leaving`: others are taking over what it holds. */
  | { readonly type: 'restart.refused'; readonly reason: string; readonly leaving: boolean }
  | { readonly type: 'stop' }
  | { readonly type: 'goodbye.done'; readonly outcome: string };

/** An agent as it lives in its own process. */
export const agentMachine = setup({
  types: { context: {} as AgentContext, events: {} as AgentEvent },
  actors: {
    /** Registers with the judge until it accepts; reports `register.accepted`. */
    register: notProvided('agent', 'register'),
    /** Sends heartbeats, and looks after devices; reports the lease's edges and the judge's answers. */
    heartbeat: notProvided('agent', 'heartbeat'),
    /** Says goodbye and waits until nothing is bound here; reports `goodbye.done`. */
    goodbye: notProvided('agent', 'goodbye'),
    /** Asks its judge to be waited for, for a while; reports `restart.leased` or `restart.refused`. */
    restartLease: notProvided('agent', 'restartLease'),
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
    noteInsists: assign(({ event }) =>
      event.type === 'restart' ? { insists: event.insists } : {},
    ),
    noteStays: assign(({ event }) =>
      event.type === 'restart.refused' ? { reason: event.reason } : {},
    ),
  },
  guards: {
    mayStay: ({ context }) => !context.insists,
    isLeaving: ({ event }) => event.type === 'restart.refused' && event.leaving,
  },
}).createMachine({
  id: 'agent',
  description: 'An agent as it lives in its own process.',
  context: { incarnation: 0, reason: null, insists: false },
  initial: 'connecting',
  on: {
    started: { actions: 'noteIncarnation' },
    stop: '.draining',
    restart: { target: '.restarting', actions: 'noteInsists' },
    'restart.*': {},
    'bus.*': {},
    'lease.*': {},
    'register.accepted': {},
    'incarnation.ended': { target: '.registering', actions: 'noteIncarnation' },
    unknown: {},
    'goodbye.done': {},
    '*': { actions: 'unexpected' },
  },
  states: {
    connecting: {
      description: 'It is not connected to the bus yet.',
      on: { 'bus.connected': 'registering' },
    },
    registering: {
      description: 'It tells its judge who it is, until it is accepted.',
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
      description: 'Its judge acknowledges its heartbeats, and it drives its devices.',
      invoke: { src: 'heartbeat', id: 'heartbeat' },
      on: {
        unknown: 'registering',
        'lease.ended': { target: 'isolated', actions: 'noteIsolated' },
      },
    },
    isolated: {
      description: 'No judge has acknowledged a heartbeat within the lease; it goes on asking.',
      invoke: { src: 'heartbeat', id: 'heartbeat' },
      on: {
        unknown: 'registering',
        'lease.renewed': { target: 'serving', actions: 'noteServing' },
      },
    },
    // Without heartbeats: one that is sent after the question says that it stays.
    restarting: {
      description: 'It asks its judge to be waited for while it starts anew.',
      invoke: { src: 'restartLease', id: 'restartLease' },
      on: {
        restart: { actions: 'noteInsists' },
        'incarnation.ended': {},
        'restart.leased': 'stopped',
        'restart.refused': [
          { guard: 'mayStay', target: 'registering', actions: 'noteStays' },
          { guard: 'isLeaving', target: 'draining' },
          'stopped',
        ],
      },
    },
    draining: {
      description: 'It says goodbye, and waits until nothing is bound to it.',
      invoke: { src: 'goodbye', id: 'goodbye' },
      on: {
        stop: {},
        restart: {},
        'incarnation.ended': {},
        'goodbye.done': 'stopped',
      },
    },
    stopped: { description: 'Its process may end.', type: 'final' },
  },
});

export type AgentMachine = typeof agentMachine;
