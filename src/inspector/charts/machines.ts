import type { AnyStateMachine } from 'xstate';
import { agentMachine } from '../../../machines/agent/machine.ts';
import { deviceMachine } from '../../../machines/device/machine.ts';
import { livenessMachine } from '../../../machines/liveness/machine.ts';
import { loadBalancerMachine } from '../../../machines/load-balancer/machine.ts';

/** Every machine that can be shown, in the order in which one would explain them. */
export const chartedMachines: readonly AnyStateMachine[] = [
  loadBalancerMachine,
  livenessMachine,
  agentMachine,
  deviceMachine,
];
