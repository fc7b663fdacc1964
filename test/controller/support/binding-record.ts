import { type AnyStateMachine, type initialTransition, transition } from 'xstate';
import {
  initialContext,
  type LoadBalancerContext,
} from '../../../machines/load-balancer/context.ts';
import { loadBalancerMachine } from '../../../machines/load-balancer/machine.ts';
import type { Seat } from '../../../machines/protocol/seat.ts';

export const seat = (agent: string, epoch: number, incarnation = 1): Seat => ({
  agent,
  incarnation,
  epoch,
});
export const candidate = (agent: string, incarnation = 1) => ({
  agent,
  incarnation,
  host: `host-${agent}`,
  device: 'memory',
});

/** A record: A is bound under epoch 1, B stands by under epoch 2. */
export const record: LoadBalancerContext = {
  ...initialContext,
  driver: 'memory',
  reschedulable: true,
  generation: 1,
  appliedGeneration: 1,
  appliedEpoch: 1,
  binding: seat('a', 1),
  standby: seat('b', 2),
  lastEpoch: 2,
};

/** What becomes of a record in this state when these events are taken. */
export function after(state: object | string, context: LoadBalancerContext, ...events: object[]) {
  const machine = loadBalancerMachine as AnyStateMachine;
  let snapshot = machine.resolveState({ value: state as string, context }) as ReturnType<
    typeof initialTransition
  >[0];
  const actions: string[] = [];
  for (const event of events) {
    const [next, taken] = transition(machine, snapshot, event as { type: string });
    snapshot = next;
    actions.push(...taken.map(({ type }) => type));
  }
  const {
    value,
    context: changed,
    children,
  } = snapshot as unknown as {
    value: unknown;
    context: LoadBalancerContext;
    children: Readonly<Record<string, object>>;
  };
  return { value, actions, children: Object.keys(children), ...changed };
}
