import type { Seat } from '../../../machines/protocol/seat.ts';
import { type Ended, runCli } from '../../cli/run-cli.ts';
import { HoldUps } from './hold-ups.ts';
import { KeepAliveTraffic } from './keep-alive.ts';
import type { Traffic } from './traffic.ts';
import { type Made, World } from './world.ts';

/** A process may take long to start on a machine that has no time for it. */
export const startsWithinMs = 60_000;

interface Loaded extends Made {
  readonly traffic: Traffic;
  readonly keptAlive: KeepAliveTraffic;
  readonly processes: readonly number[];
  readonly seat: Seat;
}

/** A host with two agents, and load balancers under both kinds of load, which restarts must not touch. */
export class RestartWorld {
  readonly world: World;
  readonly #loads: readonly Loaded[];
  readonly #holdUps = new HoldUps();

  private constructor(world: World, loads: readonly Loaded[]) {
    this.world = world;
    this.#loads = loads;
  }

  static async start(loadBalancers: number): Promise<RestartWorld> {
    const world = await World.start({ agents: 2, restart: false });
    const loads: Loaded[] = [];
    for (let index = 0; index < loadBalancers; index += 1) {
      const made = await world.create(`load-${index}`);
      const seat = await world.active(made.id);
      const traffic = await world.client(made);
      const keptAlive = new KeepAliveTraffic(made.address, made.port);
      await keptAlive.servedAgain();
      const processes = await world.processes(made.id);
      loads.push({ ...made, traffic, keptAlive, processes, seat });
    }
    return new RestartWorld(world, loads);
  }

  /** The agent that holds most of them. */
  get busiest(): string {
    const ofFirst = this.#loads.filter(({ seat }) => seat.agent === 'agent-1').length;
    return ofFirst * 2 >= this.#loads.length ? 'agent-1' : 'agent-2';
  }

  /** How many requests were answered so far. */
  get served(): number {
    return this.#loads.reduce((sum, { traffic, keptAlive }) => {
      return sum + traffic.served + keptAlive.served;
    }, 0);
  }

  byCommand(agent: string): Promise<Ended> {
    return runCli(['restart', agent, '--api', this.world.stack.apiUrl]);
  }

  /** As `systemctl stop` and `systemctl start` do it. */
  async byServiceManager(agent: string): Promise<void> {
    const { incarnation } = await this.world.agent(agent);
    const process = this.world.agentProcess(agent);
    await process.stop({ comesBack: true });
    await process.start();
    await this.takenUp(agent, incarnation);
  }

  /** Resolves when a newer incarnation of the agent has all that it held. */
  async takenUp(agent: string, former: number): Promise<void> {
    const { incarnation } = await this.world.agentIs(agent, 'alive', former, startsWithinMs);
    for (const { id, seat } of this.#loads) {
      if (seat.agent !== agent) continue;
      await this.world.settles(id, `bound to incarnation ${incarnation}`, ({ binding, state }) => {
        return state === 'bound.settled' && binding?.incarnation === incarnation;
      });
    }
  }

  /** Resolves when each is bound to the present incarnation of some agent; tells which are not as they were. */
  async moved(): Promise<readonly string[]> {
    const moved: string[] = [];
    for (const { id, seat, processes } of this.#loads) {
      const { binding } = await this.world.settles(id, 'settled', ({ state }) => {
        return state === 'bound.settled';
      });
      if (binding?.agent !== seat.agent) moved.push(`${id}: to ${binding?.agent ?? 'nobody'}`);
      const now = await this.world.processes(id);
      if (now.join() !== processes.join()) moved.push(`${id}: processes ${now.join()}`);
      const holders = new Set(await this.world.holders(id));
      if (holders.size > 1) moved.push(`${id}: held by ${[...holders].join(', ')}`);
    }
    return moved;
  }

  /** After some more requests: what has failed so far, and which connections had to be made anew. */
  async failures(): Promise<readonly string[]> {
    const failures: string[] = [];
    for (const { id, traffic, keptAlive } of this.#loads) {
      await traffic.servedAgain(10);
      await keptAlive.servedAgain(10);
      for (const { startedMs, detail } of [...traffic.failures, ...keptAlive.failures]) {
        failures.push(`${id}, sent at ${Math.round(startedMs)}: ${detail}`);
      }
      const { connections } = keptAlive;
      if (connections > 1) failures.push(`${id}: ${connections} connections`);
    }
    if (failures.length > 0) failures.push(...this.#holdUps.words());
    return failures;
  }

  async close(): Promise<void> {
    this.#holdUps.stop();
    for (const { keptAlive } of this.#loads) await keptAlive.stop();
    await this.world.close();
  }
}
