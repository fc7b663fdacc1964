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
  /** By write that is tried again: the newest epoch that an agent held when it was tried first. */
  readonly #heldAtFirst = new Map<string, number>();

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

  /** A write could not be made, and is tried again: who is named by it was decided by what could be known until now. */
  delayed(loadBalancer: string, write: string): void {
    if (!this.#heldAtFirst.has(write)) this.#heldAtFirst.set(write, this.#newestHeld(loadBalancer));
  }

  /**
   * Has the controller that made this write read of it, or did an agent hold it, or one above? Only one that is heard by
   * its judge can have claimed it.
   */
  known(loadBalancer: string, epoch: number, controller: string, write: string): boolean {
    const read = this.#read.get(this.#lifeOf(controller));
    if (read?.has(`${loadBalancer} ${epoch}`) === true) return true;
    return (this.#heldAtFirst.get(write) ?? this.#newestHeld(loadBalancer)) >= epoch;
  }

  #newestHeld(loadBalancer: string): number {
    const lives = this.#held.get(loadBalancer);
    if (lives === undefined) return 0;
    const { agentHosts } = this.#world;
    const held = this.#world.agentIds().map((id) => {
      const agent = this.#world.agent(id);
      const isHeard = agent?.state === 'serving' && agentHosts.get(id)?.isAwake === true;
      const holds = isHeard && agent.devices().has(loadBalancer);
      return holds ? (lives.get(this.#lifeOf(id)) ?? 0) : 0;
    });
    return Math.max(0, ...held);
  }

  #lifeOf(process: string): string {
    const { controllerHosts, agentHosts } = this.#world;
    return `${process} ${(controllerHosts.get(process) ?? agentHosts.get(process))?.lives}`;
  }
}
