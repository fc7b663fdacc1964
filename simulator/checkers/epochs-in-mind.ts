import type { ApplyLogEntry } from '../../drivers/memory/device.ts';
import type { Judged } from './judged.ts';

type Lives = Pick<Judged, 'agent' | 'agentIds' | 'agentHosts' | 'controllerHosts'>;

/** Who can know that an epoch was given, whatever the store still knows. */
export class EpochsInMind {
  readonly #world: Lives;
  /** By controller and life: what it has read on record. */
  readonly #read = new Map<string, Set<string>>();
  /** By load balancer, and by agent and life: the newest epoch with which it was at a device. */
  readonly #held = new Map<string, Map<string, number>>();

  constructor(world: Lives) {
    this.#world = world;
  }

  read(controller: string, loadBalancer: string, epoch: number): void {
    const life = this.#lifeOf(controller);
    const read = this.#read.get(life) ?? new Set();
    read.add(`${loadBalancer} ${epoch}`);
    this.#read.set(life, read);
  }

  held({ lb, agent, epoch }: ApplyLogEntry): void {
    const lives = this.#held.get(lb) ?? new Map<string, number>();
    const life = this.#lifeOf(agent);
    lives.set(life, Math.max(epoch, lives.get(life) ?? 0));
    this.#held.set(lb, lives);
  }

  /**
   * Has the controller read of it, or does an agent hold it, or one above? Only one that is heard by its
   * judge can have claimed it.
   */
  known(loadBalancer: string, epoch: number, controller: string): boolean {
    const read = this.#read.get(this.#lifeOf(controller));
    if (read?.has(`${loadBalancer} ${epoch}`) === true) return true;
    const lives = this.#held.get(loadBalancer);
    return this.#world.agentIds().some((id) => {
      const agent = this.#world.agent(id);
      if (agent?.state !== 'serving' || !agent.devices().has(loadBalancer)) return false;
      return (lives?.get(this.#lifeOf(id)) ?? 0) >= epoch;
    });
  }

  #lifeOf(process: string): string {
    const { controllerHosts, agentHosts } = this.#world;
    return `${process} ${(controllerHosts.get(process) ?? agentHosts.get(process))?.lives}`;
  }
}
