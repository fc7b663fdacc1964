import type { EventObject } from 'xstate';
import type { Agent, AgentOptions } from '../../agent/agent.ts';
import type { Noting } from './noting.ts';
import { RootActors } from './root-actors.ts';
import { type NotingActors, tappedPorts } from './tapped-ports.ts';

/** What an agent is given so that a tap sees its actors, its messages and its troubles. */
export class AgentTap {
  readonly agent: RootActors;
  readonly devices: RootActors;
  readonly #noting: Noting;

  constructor(noting: NotingActors) {
    this.#noting = noting;
    this.agent = new RootActors('agent', noting);
    this.devices = new RootActors('device', noting);
    noting.add(this.agent);
    noting.add(this.devices);
  }

  /** The same options, through the tap. */
  options(options: AgentOptions): AgentOptions {
    return { ...options, ...tappedPorts(options, this.#noting), tap: this };
  }

  /** By hand; why it was refused, or null where the actor has it. */
  hand(kind: string, id: string, event: EventObject): string | null {
    const actors = [this.agent, this.devices].find((each) => each.kind === kind);
    if (actors === undefined) return `an agent has no actors of the kind ${kind}`;
    return actors.send(id, event) ? null : `there is no ${kind} ${id} at this agent`;
  }
}

/** What is told of an agent itself. */
export function agentFacts(agent: Agent, { description, drivers }: AgentOptions): object {
  const { host, zone, version } = description;
  return { version, host, zone, incarnation: agent.incarnation, drivers: [...drivers.keys()] };
}
