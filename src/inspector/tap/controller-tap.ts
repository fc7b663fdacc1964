import type { EventObject } from 'xstate';
import type { Controller } from '../../controller/controller.ts';
import type { ControllerOptions } from '../../controller/controller-options.ts';
import { HostedActors } from './hosted-actors.ts';
import type { Noting } from './noting.ts';
import { type NotingActors, tappedPorts } from './tapped-ports.ts';

type Tapped = Pick<ControllerOptions, 'bus' | 'log' | 'clock'>;

/** What a controller is given so that a tap sees its actors, its messages and its troubles. */
export class ControllerTap {
  readonly loadBalancers: HostedActors;
  readonly agents: HostedActors;
  readonly #noting: Noting;

  constructor(noting: NotingActors) {
    this.#noting = noting;
    this.loadBalancers = new HostedActors('load-balancer', noting);
    this.agents = new HostedActors('liveness', noting);
    noting.add(this.loadBalancers);
    noting.add(this.agents);
  }

  /** The same options, through the tap. */
  options<T extends Tapped>(options: T): T & Required<Pick<ControllerOptions, 'tap'>> {
    return { ...options, ...tappedPorts(options, this.#noting), tap: this };
  }

  /** By hand; why it was refused, or null where the actor has it. */
  hand(kind: string, id: string, event: EventObject, controller: Controller): string | null {
    const { owner, judge } = controller;
    const host = kind === 'load-balancer' ? owner.host : kind === 'liveness' ? judge.host : null;
    if (host === null) return `a controller has no actors of the kind ${kind}`;
    const taken = (host.tell as (id: string, event: EventObject) => boolean).call(host, id, event);
    return taken ? null : `there is no ${kind} ${id} at this controller`;
  }
}

/** What is told of a controller itself. */
export function controllerFacts(controller: Controller, version: string): object {
  return {
    version,
    shards: controller.ownedShards(),
    loadBalancers: controller.projection.desired.size,
    brake: controller.fleet.brake(),
    pacing: controller.fleet.pacing(),
  };
}
