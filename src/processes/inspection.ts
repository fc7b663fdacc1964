import type { LoadedConfig } from '../config/load.ts';
import { AgentTap, agentFacts } from '../inspector/tap/agent-tap.ts';
import { ControllerTap, controllerFacts } from '../inspector/tap/controller-tap.ts';
import { takeHands } from '../inspector/tap/hands.ts';
import { Tap } from '../inspector/tap/tap.ts';
import { Agent, type AgentOptions } from '../agent/agent.ts';
import { Controller, type ControllerOptions } from '../controller/controller.ts';
import { version } from './version.ts';

/** Without a tap, nobody can look on: nothing is subscribed to. */
export interface Inspection {
  stop(): void;
}

const none: Inspection = { stop: () => undefined };

/** A controller, and who looks on at it. */
export function inspectedController(
  given: ControllerOptions,
  { inspector }: Pick<LoadedConfig, 'inspector'>,
): { readonly controller: Controller; readonly inspection: Inspection } {
  if (!inspector.tap) return { controller: new Controller(given), inspection: none };
  const facts = () => controllerFacts(controller, version);
  const tap = new Tap({ ...given, node: given.id, role: 'controller', facts });
  const parts = new ControllerTap(tap);
  const controller = new Controller(parts.options(given));
  parts.of(controller);
  const hands = takeHands({
    ...{ ...given, node: given.id, tap, enabled: inspector.sends },
    hand: (kind, id, event) => parts.hand(kind, id, event, controller),
  });
  tap.listen();
  return { controller, inspection: stopping(tap, hands) };
}

/** The same for an agent. */
export function inspectedAgent(
  given: AgentOptions,
  { inspector }: Pick<LoadedConfig, 'inspector'>,
): { readonly agent: Agent; readonly inspection: Inspection } {
  if (!inspector.tap) return { agent: new Agent(given), inspection: none };
  const facts = () => agentFacts(agent, given);
  const tap = new Tap({ ...given, node: given.id, role: 'agent', facts });
  const parts = new AgentTap(tap);
  const agent = new Agent(parts.options(given));
  const hands = takeHands({
    ...{ ...given, node: given.id, tap, enabled: inspector.sends },
    hand: (kind, id, event) => parts.hand(kind, id, event),
  });
  tap.listen();
  return { agent, inspection: stopping(tap, hands) };
}

const stopping = (...parts: ({ stop(): void } | { unsubscribe(): void })[]): Inspection => ({
  stop: () => {
    for (const part of parts) {
      if ('stop' in part) part.stop();
      else part.unsubscribe();
    }
  },
});
