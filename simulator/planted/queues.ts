import type { AgentOptions } from '../../src/agent/agent.ts';
import type { ControllerOptions } from '../../src/controller/controller-options.ts';

/** Says of some load balancers that their tickets are there, and puts none. */
export function losesTickets(options: ControllerOptions): ControllerOptions {
  const { dispatch } = options;
  if (dispatch === undefined) return options;
  const { queues } = dispatch;
  const offer: typeof queues.offer = (queue, key) =>
    /[0-7]$/.test(key) ? Promise.resolve('present') : queues.offer(queue, key);
  return { ...options, dispatch: { ...dispatch, queues: { ...bound(queues), offer } } };
}

/** Ends no ticket that it has worked on. */
export function keepsTickets(options: AgentOptions): AgentOptions {
  const { queues } = options;
  if (queues === undefined) return options;
  const work: typeof queues.work = (queue, how, take) =>
    queues.work(queue, how, (ticket) =>
      take({
        key: ticket.key,
        delivery: ticket.delivery,
        done: () => Promise.resolve(),
        later: () => Promise.resolve(),
      }),
    );
  return { ...options, queues: { ...bound(queues), work } };
}

/** Its methods as properties, so that some can be replaced. */
function bound(queues: NonNullable<AgentOptions['queues']>): NonNullable<AgentOptions['queues']> {
  return {
    offer: (queue, key) => queues.offer(queue, key),
    withdraw: (queue, key) => queues.withdraw(queue, key),
    whereIs: (queue, key) => queues.whereIs(queue, key),
    work: (queue, how, take) => queues.work(queue, how, take),
    look: (queue) => queues.look(queue),
  };
}
