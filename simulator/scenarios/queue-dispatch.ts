import { roughDayScenario } from './rough-day.ts';
import { type Scenario, smallSize } from './scenario.ts';

/** A rough day of an appliance whose load balancers nobody is chosen for: whoever is free takes them. */
export const queueDispatchScenario: Scenario = {
  ...roughDayScenario,
  name: 'queue-dispatch',
  summary: 'a rough day on which agents take the load balancers of an appliance from its queue',
  size: { ...smallSize, queued: true },
};
