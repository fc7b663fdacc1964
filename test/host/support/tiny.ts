import { assign, setup } from 'xstate';
import { z } from 'zod';
import { notProvided } from '../../../machines/not-provided.ts';
import { unexpected } from '../../../machines/unexpected.ts';

/** The smallest machine that does everything that a host has to look after. */
export const TinyContext = z.strictObject({
  count: z.int(),
  text: z.string(),
  dueAt: z.number().nullable(),
  fired: z.int(),
});
export type TinyContext = z.infer<typeof TinyContext>;

export type TinyEvent =
  | { readonly type: 'add' }
  | { readonly type: 'nothing' }
  | { readonly type: 'fill'; readonly text: string }
  /** Says a word to the outside: an action that has to wait for its commit. */
  | { readonly type: 'say'; readonly word: string }
  /** Starts the bell: a child that has to wait for its commit. */
  | { readonly type: 'ring' }
  | { readonly type: 'rung' }
  | { readonly type: 'quiet' }
  | { readonly type: 'arm'; readonly dueAt: number }
  | { readonly type: 'due' }
  | { readonly type: 'explode.guard' }
  | { readonly type: 'explode.action' }
  | { readonly type: 'explode.child' }
  | { readonly type: 'end' };

const explode = (where: string) => () => {
  throw new Error(`exploded in ${where}`);
};

export const tinyMachine = setup({
  types: { context: {} as TinyContext, events: {} as TinyEvent },
  actors: {
    bell: notProvided('tiny', 'bell'),
    alarm: notProvided('tiny', 'alarm'),
    bomb: notProvided('tiny', 'bomb'),
  },
  actions: {
    unexpected,
    say: (_, _params: { readonly word: string; readonly count: number }) => undefined,
    add: assign(({ context }) => ({ count: context.count + 1 })),
    fill: assign(({ event }) => (event.type === 'fill' ? { text: event.text } : {})),
    arm: assign(({ event }) => (event.type === 'arm' ? { dueAt: event.dueAt } : {})),
    fire: assign(({ context }) => ({ fired: context.fired + 1, dueAt: null })),
    explode: explode('an action'),
  },
  guards: { explode: explode('a guard') },
}).createMachine({
  id: 'tiny',
  context: { count: 0, text: '', dueAt: null, fired: 0 },
  initial: 'idle',
  on: {
    add: { actions: 'add' },
    nothing: {},
    fill: { actions: 'fill' },
    say: {
      actions: [
        'add',
        {
          type: 'say',
          params: ({ context, event }) => ({
            word: event.type === 'say' ? event.word : '',
            count: context.count,
          }),
        },
      ],
    },
    'explode.guard': { guard: 'explode', actions: 'add' },
    'explode.action': { actions: ['add', 'explode'] },
    'explode.child': '.exploding',
    end: '.ended',
    '*': { actions: 'unexpected' },
  },
  states: {
    idle: {
      on: { ring: { target: 'ringing', actions: 'add' }, arm: { target: 'armed', actions: 'arm' } },
    },
    ringing: {
      invoke: { src: 'bell', id: 'bell' },
      on: {
        rung: 'idle',
        quiet: 'idle',
        ring: { target: 'ringing', reenter: true, actions: 'add' },
      },
    },
    armed: {
      invoke: { src: 'alarm', id: 'alarm' },
      on: { due: { target: 'idle', actions: 'fire' } },
    },
    exploding: { invoke: { src: 'bomb', id: 'bomb' } },
    ended: { type: 'final' },
  },
});
