import { agentMarks } from './agents.ts';
import { clientMarks } from './clients.ts';
import { controllerMarks } from './controllers.ts';
import { deviceMarks } from './devices.ts';
import { faultMarks } from './faults.ts';
import { loadBalancerMarks } from './load-balancers.ts';
import type { MarkKind } from './mark.ts';
import { storeMarks } from './stores.ts';

export const markKinds: readonly MarkKind[] = [
  ...deviceMarks,
  ...loadBalancerMarks,
  ...agentMarks,
  ...controllerMarks,
  ...clientMarks,
  ...storeMarks,
  ...faultMarks,
];
