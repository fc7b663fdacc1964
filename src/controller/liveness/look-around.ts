import type { DriverDescriptor } from '../../../drivers/contract/driver.ts';
import type { LivenessContext } from '../../../machines/liveness/context.ts';
import type { LivenessEvent } from '../../../machines/liveness/events.ts';
import type { Clock, Timer } from '../../../machines/ports/clock.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import type { ActorHost } from '../../host/actor-host.ts';
import { inSlices } from '../../host/slices.ts';
import type { Bus, Subscription } from '../../ports/bus.ts';
import { servesOnlyUnderLease } from '../shards/leased-agents.ts';
import { askAgent } from './agent-probe.ts';

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
 * Agents that serve nothing but under their lease are left to their silence: nobody could take that over sooner, and a
 * wrong verdict would end it. Where an agent drives something else as well, as HAProxy at addresses of its host and at
 * such that move, that must not wait for the rest.
 */
export function lookAround(options: LookAroundOptions): Subscription {
  const { bus, clock, timings, judge, resolveDriver } = options;
  let timer: Timer | null = null;
  const look = (): void => {
    timer = null;
    const agents = [...judge.host.ids()].filter((agent) => {
      const description = judge.host.context(agent)?.description ?? null;
      return !servesOnlyUnderLease(description, resolveDriver);
    });
    inSlices(clock, agents, (agent) => {
      // It never rejects; any other answer says nothing of the agent.
      void askAgent(agent, { bus, timings }).then((answer) => {
        if (answer === 'nobody') judge.connectionClosed(agent, 'its NATS server has gone');
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
