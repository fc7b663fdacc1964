import { Agent, type AgentOptions } from '../../agent/agent.ts';
import type { ControllerOptions } from '../../controller/controller-options.ts';
import { Controller } from '../../controller/controller.ts';
import { AgentTap, agentFacts } from './agent-tap.ts';
import { ControllerTap, controllerFacts } from './controller-tap.ts';
import { takeHands } from './hands.ts';
import { Tap } from './tap.ts';

export interface InspectionRules {
  /** Whether a process tells of its actors while somebody watches; otherwise it does not even listen. */
  readonly tap: boolean;
  /** Whether operators may send events to its actors by hand. */
  readonly sends: boolean;
}

export interface Inspection {
  stop(): void;
}

const none: Inspection = { stop: () => undefined };

/** A controller that can be looked at, not yet started. */
export function inspectedController(
  given: ControllerOptions,
  rules: InspectionRules,
  version: string,
): { readonly controller: Controller; readonly inspection: Inspection } {
  if (!rules.tap) return { controller: new Controller(given), inspection: none };
  const own = { ...given, node: given.id };
  const facts = () => controllerFacts(controller, version);
  const tap = new Tap({ ...own, role: 'controller', facts });
  const parts = new ControllerTap(tap);
  const controller = new Controller(parts.options(given));
  const hands = takeHands({
    ...{ ...own, tap, enabled: rules.sends },
    hand: (kind, id, event) => parts.hand(kind, id, event, controller),
  });
  return { controller, inspection: listening(tap, hands) };
}

/** An agent that can be looked at, not yet started. */
export function inspectedAgent(
  given: AgentOptions,
  rules: InspectionRules,
): { readonly agent: Agent; readonly inspection: Inspection } {
  if (!rules.tap) return { agent: new Agent(given), inspection: none };
  const own = { ...given, node: given.id };
  const facts = () => agentFacts(agent, given);
  const tap = new Tap({ ...own, role: 'agent', facts });
  const parts = new AgentTap(tap);
  const agent = new Agent(parts.options(given));
  const hands = takeHands({
    ...{ ...own, tap, enabled: rules.sends },
    hand: (kind, id, event) => parts.hand(kind, id, event),
  });
  return { agent, inspection: listening(tap, hands) };
}

function listening(tap: Tap, hands: { unsubscribe(): void }): Inspection {
  tap.listen();
  return {
    stop: () => {
      tap.stop();
      hands.unsubscribe();
    },
  };
}
