import { z } from 'zod';
import { entryOf } from '../../../drivers/caddy/entry.ts';
import type { Seat } from '../../../machines/protocol/seat.ts';
import { type CaddyDevice, caddyDevice } from '../../drivers/support/caddy-device.ts';
import { type FaultProxy, faultProxy } from '../../drivers/support/fault-proxy.ts';
import { eventually } from './eventually.ts';
import { type Made, World } from './world.ts';

/** Processes start slowly on a busy machine. */
const takeoverMs = 60_000;

/** What the appliance itself says of a load balancer. */
const OnDevice = z.object({
  epoch: z.number(),
  generation: z.number(),
  removed: z.boolean(),
  holder: z.string(),
});
export type OnDevice = z.infer<typeof OnDevice>;

/** A change that is on its way to the appliance for as long as the test likes. */
export interface HeldWrite {
  /** Resolves when there is one. */
  readonly came: Promise<void>;
  release(): void;
}

/**
 * A whole Holdfast whose two agents reach one Caddy, which runs on its own, by one address of its admin
 * API; a proxy that counts the changes stands there.
 */
export class CaddyStack {
  readonly device: CaddyDevice;
  readonly proxy: FaultProxy;
  readonly world: World;

  private constructor(device: CaddyDevice, proxy: FaultProxy, world: World) {
    this.device = device;
    this.proxy = proxy;
    this.world = world;
  }

  static async start(dispatch: 'scheduled' | 'queue' = 'scheduled'): Promise<CaddyStack> {
    const device = await caddyDevice({ http: { servers: {}, grace_period: '5s' } });
    const proxy = await faultProxy(device.port);
    try {
      const world = await World.start({
        agents: 2,
        restart: false,
        drivers: { caddy: { admin: `http://127.0.0.1:${proxy.port}` } },
        provider: 'caddy',
        dispatch: { caddy: dispatch },
      });
      return new CaddyStack(device, proxy, world);
    } catch (error) {
      await proxy.close();
      await device.close();
      throw error;
    }
  }

  other(agent: string): string {
    return agent === 'agent-1' ? 'agent-2' : 'agent-1';
  }

  /** Read from the appliance's own object of the load balancer; each change resets calls, reads too. */
  onDevice(id: string): Promise<OnDevice> {
    return eventually(`the appliance tells of ${id}`, async () => {
      const servers = await this.device.servers().catch(() => null);
      const server = servers?.[id];
      const parsed = OnDevice.safeParse(server === undefined ? null : entryOf(server));
      return parsed.success ? parsed.data : null;
    });
  }

  /** Resolves when it is settled with another incarnation than that of before, and says with which. */
  async moved(id: string, before: Omit<Seat, 'epoch'>): Promise<Seat> {
    const where = await this.world.settles(
      id,
      `settled with another than ${before.agent}, incarnation ${before.incarnation}`,
      ({ state, binding }) => {
        const isBefore =
          binding?.agent === before.agent && binding.incarnation === before.incarnation;
        return state === 'bound.settled' && !isBefore;
      },
      takeoverMs,
    );
    if (where.binding === null) throw new Error('settled, but bound to nobody');
    return where.binding;
  }

  async killed(agent: string): Promise<void> {
    const process = this.world.agentProcess(agent);
    process.kill('SIGKILL');
    await eventually(`${agent} has ended`, () => process.pid === null);
  }

  /** Starts an agent that has ended; resolves when it is alive under a newer incarnation. */
  async startAgain(agent: string, former: number): Promise<void> {
    await this.world.agentProcess(agent).start();
    await this.world.agentIs(agent, 'alive', former, takeoverMs);
  }

  /** An edit that clients do not see. */
  async edit({ listener }: Made, timeoutMs: number): Promise<void> {
    const path = `/v2.0/lbaas/listeners/${listener}`;
    await this.world.api.put(path, { listener: { timeout_member_data: timeoutMs } });
  }

  /** The next change is held before it reaches the appliance; those after it pass. */
  holdNextWrite(): HeldWrite {
    let arrived = () => {};
    let release = () => {};
    const came = new Promise<void>((resolve) => (arrived = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    this.proxy.beforeWrite(() => {
      this.proxy.beforeWrite(async () => undefined);
      arrived();
      return released;
    });
    return { came, release };
  }

  async close(): Promise<void> {
    try {
      await this.world.close();
    } finally {
      await this.proxy.close();
      await this.device.close();
    }
  }
}
