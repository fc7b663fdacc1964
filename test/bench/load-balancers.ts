import { z } from 'zod';
import { Seat } from '../../machines/protocol/seat.ts';
import { delay } from '../../machines/ports/clock.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Agent, ApiClient } from '../../src/client/api-client.ts';
import { sharedMs } from './shared-clock.ts';

/** Creations that wait for their answers at any time. */
export const createsInFlight = 64;
export const membersEach = 3;

/** How much a load balancer has; each listener has a pool of its own. */
export interface Shape {
  readonly listeners: number;
  /** Of each pool. */
  readonly members: number;
}

export const shapes = {
  small: { listeners: 1, members: membersEach },
  /** 5 listeners, 5 pools and 25 members. */
  large: { listeners: 5, members: 5 },
} as const satisfies Readonly<Record<string, Shape>>;
export type ShapeName = keyof typeof shapes;

/** Pauses between two looks: at least so long, and this many times as long as a look takes. */
const pollMs = 100;
const pollRests = 4;
/** So many refused creations for each one, on a machine that is too busy, are made up for by others, after a rest. */
const refusalsShare = 0.2;
const refusalRestMs = 500;

const Created = z.object({ loadbalancer: z.object({ id: z.uuid() }) });
const Whereabouts = z.object({
  id: z.uuid(),
  state: z.string(),
  provisioning_status: z.string(),
  binding: Seat.nullable(),
  standby: Seat.nullable(),
});
export type Whereabouts = z.infer<typeof Whereabouts>;
const List = z.object({ loadbalancers: z.array(Whereabouts) });

export interface Creation {
  readonly ids: readonly string[];
  /** Milliseconds from the first request to the last answer. */
  readonly tookMs: number;
  /** Milliseconds of each request. */
  readonly latenciesMs: readonly number[];
}

/** Addresses of 198.18.0.0/15, which RFC 2544 sets aside for benchmarks. */
function address(block: number, index: number): string {
  return `198.${18 + block}.${Math.floor(index / 250)}.${1 + (index % 250)}`;
}

/** A load balancer with its listeners, pools and members, as one request. */
function request(index: number, shape: Shape): object {
  const listeners = Array.from({ length: shape.listeners }, (_, listener) => {
    const members = Array.from({ length: shape.members }, (_, member) => ({
      address: address(1, index),
      protocol_port: 8_080 + listener * shape.members + member,
    }));
    const pool = {
      name: `pool-${listener}`,
      protocol: 'HTTP',
      lb_algorithm: 'ROUND_ROBIN',
      members,
    };
    const name = `web-${listener}`;
    return { name, protocol: 'HTTP', protocol_port: 80 + listener, default_pool: pool };
  });
  return {
    loadbalancer: {
      name: `bench-${index}`,
      provider: 'memory',
      vip_address: address(0, index),
      listeners,
    },
  };
}

/** Creates them with {@link createsInFlight} requests under way at once. */
export async function createLoadBalancers(
  api: ApiClient,
  count: number,
  shape: Shape,
): Promise<Creation> {
  const ids: string[] = [];
  const latenciesMs: number[] = [];
  let next = 0;
  const startedMs = sharedMs();
  let refusals = 0;
  const worker = async (): Promise<void> => {
    while (next < count + refusals) {
      const index = next;
      next += 1;
      const askedMs = sharedMs();
      try {
        const answer = await api.post('/v2.0/lbaas/loadbalancers', request(index, shape));
        latenciesMs.push(sharedMs() - askedMs);
        ids.push(Created.parse(answer).loadbalancer.id);
      } catch (error) {
        // Perhaps it was created all the same, so its address is not tried again.
        refusals += 1;
        if (refusals > refusalsShare * count) throw error;
        await delay(systemClock, refusalRestMs);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(createsInFlight, count) }, worker));
  return { ids, tookMs: sharedMs() - startedMs, latenciesMs };
}

/** Asks until every load balancer is as wanted; the error names what was waited for. */
export async function untilAll(
  api: ApiClient,
  what: string,
  wanted: (each: Whereabouts) => boolean,
  timeoutMs: number,
): Promise<readonly Whereabouts[]> {
  const endMs = sharedMs() + timeoutMs;
  for (;;) {
    const askedMs = sharedMs();
    const { loadbalancers } = List.parse(await api.get('/holdfast/v1/loadbalancers'));
    const [other] = loadbalancers.filter((each) => !wanted(each));
    if (other === undefined) return loadbalancers;
    if (sharedMs() > endMs) {
      throw new Error(`not ${what} within ${timeoutMs} ms: ${JSON.stringify(other)}`);
    }
    await delay(systemClock, Math.max(pollMs, pollRests * (sharedMs() - askedMs)));
  }
}

/**
 * Asks until agents have so many seats: far cheaper for a controller than to list all load balancers, of which
 * only the last look needs to tell more.
 */
export async function untilSeated(
  api: ApiClient,
  what: string,
  seats: (agents: readonly Agent[]) => number,
  count: number,
  timeoutMs: number,
): Promise<void> {
  const endMs = sharedMs() + timeoutMs;
  for (;;) {
    const seated = seats(await api.agents());
    if (seated >= count) return;
    if (sharedMs() > endMs) {
      throw new Error(`${seated} of ${count} were ${what} within ${timeoutMs} ms`);
    }
    await delay(systemClock, pollMs);
  }
}
