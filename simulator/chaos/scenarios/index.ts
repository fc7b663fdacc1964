import type { ChaosScenario } from '../scenario.ts';
import { agentCrash } from './agent-crash.ts';
import { agentHangs } from './agent-hangs.ts';
import { asymmetricCut } from './asymmetric-cut.ts';
import { controllersAllDown, natsAllDown } from './control-plane-gone.ts';
import { controllerCrash } from './controller-crash.ts';
import { controllerHangs } from './controller-hangs.ts';
import { drain } from './drain.ts';
import { herd } from './herd.ts';
import { hostCutFromNats } from './host-cut-from-nats.ts';
import { hostCutOff } from './host-cut-off.ts';
import { hostDies } from './host-dies.ts';
import { natsLeaderKilledWithAgent } from './nats-leader-killed-with-agent.ts';
import { natsNodeHung, natsNodeKilled } from './nats-node.ts';
import { rollingRestart } from './rolling-restart.ts';
import { short } from './short.ts';
import { storm } from './storm.ts';
import { witnessesKeepServing } from './witnesses-keep-serving.ts';

export const chaosScenarios: readonly ChaosScenario[] = [
  short,
  agentCrash,
  hostDies,
  agentHangs,
  hostCutOff,
  asymmetricCut,
  controllerCrash,
  controllerHangs,
  natsNodeKilled,
  natsNodeHung,
  natsLeaderKilledWithAgent,
  natsAllDown,
  controllersAllDown,
  witnessesKeepServing,
  hostCutFromNats,
  storm,
  herd,
  drain,
  rollingRestart,
];
