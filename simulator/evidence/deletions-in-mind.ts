import type { World } from '../world/world.ts';

/** Which controllers know that a load balancer was deleted for good, whatever the store still knows. */
export class DeletionsInMind {
  readonly #world: World;
  /** By load balancer: the controllers that have heard that its record was removed, and their lives. */
  readonly #heard = new Map<string, Set<string>>();

  constructor(world: World) {
    this.#world = world;
  }

  heard(process: string, loadBalancer: string): void {
    const heard = this.#heard.get(loadBalancer) ?? new Set();
    heard.add(this.#lifeOf(process));
    this.#heard.set(loadBalancer, heard);
  }

  /** Which of these controllers knows it, as none of them has been started anew since. */
  knownBy(loadBalancer: string, controllers: readonly string[]): string | null {
    const heard = this.#heard.get(loadBalancer);
    return controllers.find((id) => heard?.has(this.#lifeOf(id)) === true) ?? null;
  }

  #lifeOf(process: string): string {
    return `${process} ${this.#world.controllerHosts.get(process)?.lives}`;
  }
}
