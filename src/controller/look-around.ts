import { type DriverDescriptor, isLeased } from '../../drivers/contract/driver.ts';
import type { LivenessContext } from '../../machines/liveness/context.ts';
import type { Clock, Timer } from '../../machines/ports/clock.ts';
import { ProbeReply } from '../../machines/protocol/agent-messages.ts';
import { driverOf } from '../../machines/protocol/device-name.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { ActorHost } from '../host/actor-host.ts';
import type { LivenessEvent } from '../../machines/liveness/events.ts';
import { call } from '../messaging/endpoint.ts';
import { type Bus, NoResponders, type Subscription } from '../ports/bus.ts';
import { inSlices } from './slices.ts';

export interface LookAroundOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly timings: Timings;
  readonly resolveDriver: (name: string) => DriverDescriptor | null;
  readonly judge: {
    readonly host: Pick<ActorHost<LivenessContext, LivenessEvent>, 'ids' | 'context'>;
    connectionClosed(agent: string, reason: string): void;
  };
}

/** How much longer than after a closed connection an agent may take to find another server. */
const patience = 2;

/**
 * A NATS server that dies says nothing of the connections that it had. So once one has gone, every agent that
 * is judged here is asked, as soon as it had the time to go to another server. Where nobody listens, that is
 * as good as a closed connection, and no verdict yet: its judge asks once more.
 *
 * Agents with leased load balancers are left to their silence: nobody could take these over sooner, and a
 * wrong verdict would end them.
 */
export function lookAround(options: LookAroundOptions): Subscription {
  const { bus, clock, timings, judge } = options;
  let timer: Timer | null = null;
  const look = (): void => {
    timer = null;
    const agents = [...judge.host.ids()].filter((agent) => !hasLeases(options, agent));
    inSlices(clock, agents, (agent) => {
      const subject = subjects.down(agent, 'probe');
      call(bus, subject, {}, ProbeReply, timings.probeTimeoutMs).catch((error: unknown) => {
        // Anything else says nothing of the agent.
        if (!(error instanceof NoResponders)) return;
        judge.connectionClosed(agent, 'its NATS server has gone');
      });
    });
  };
  const subscription = bus.onServerLost(() => {
    timer ??= clock.setTimer(patience * timings.reconnectGraceMs, look);
  });
  return {
    unsubscribe() {
      subscription.unsubscribe();
      if (timer !== null) clock.clearTimer(timer);
      timer = null;
    },
  };
}

function hasLeases({ judge, resolveDriver }: LookAroundOptions, agent: string): boolean {
  const devices = judge.host.context(agent)?.description?.devices ?? [];
  return devices.some(({ device }) => {
    const driver = resolveDriver(driverOf(device));
    return driver !== null && isLeased(driver);
  });
}
