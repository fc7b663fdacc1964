import { agentMachine } from '../../../machines/agent/machine.ts';
import { deviceMachine } from '../../../machines/device/machine.ts';
import { livenessMachine } from '../../../machines/liveness/machine.ts';
import { loadBalancerMachine } from '../../../machines/load-balancer/machine.ts';
import type { Definitions } from './stately.ts';

/** The machines' configurations, which are data: they have no functions. */
export const definitions: Definitions = {
  'load-balancer': JSON.stringify(loadBalancerMachine.config),
  liveness: JSON.stringify(livenessMachine.config),
  agent: JSON.stringify(agentMachine.config),
  device: JSON.stringify(deviceMachine.config),
};
