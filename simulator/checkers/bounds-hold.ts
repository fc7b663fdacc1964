import { rejectedMax, shadowsMax } from '../../machines/load-balancer/context.ts';
import { claimsMax } from '../../machines/protocol/agent-messages.ts';
import { operationIdsMax } from '../../machines/protocol/load-balancer-messages.ts';
import { recordBytesMax } from '../../src/ports/store.ts';
import { bindingOf, operationIdsOf, seatsOf } from '../evidence/records.ts';
import type { CheckerContext, CheckerKind } from './checker.ts';

/** The server's limit for a message, as NATS has it by default. */
export const messageBytesMax = 1_024 * 1_024;

/** How many timers a process may have for its own rounds when everything rests. */
const timersOfAProcess = 24;
/**
 * And for each load balancer that it drives or owns: one waits for a deadline or for a device to be
 * stable, one until the device is read back.
 */
const timersOfALoadBalancer = 2;

/**
 * Nothing grows without a limit: messages, records and the lists in them while it goes on, and once
 * all is quiet, what is left in memory and in the stores of load balancers that are gone.
 */
export const boundsHold: CheckerKind = {
  name: 'bounds-hold',
  start(context) {
    const { violate } = context;
    /** When each load balancer was last given to somebody else. */
    const movedMs = new Map<string, number>();
    const holders = new Map<string, string | undefined>();
    return {
      onEvent(event, atMs) {
        if (event.type === 'sent') {
          const problem = tooMuchSent(event.subject, event.data);
          if (problem !== null) violate(`${event.from} sent ${problem}`);
        } else if (event.type === 'stored' && event.change.type === 'put') {
          const { key, value } = event.change;
          const problem = tooMuchStored(event.bucket, value);
          if (problem !== null) violate(`its ${event.bucket} record has ${problem}`, key);
          if (event.bucket !== 'binding') return;
          const holder = seatsOf(value).binding?.agent;
          if (holders.get(key) !== holder) movedMs.set(key, atMs);
          holders.set(key, holder);
        }
      },
      atEnd() {
        for (const [problem, loadBalancer] of leftovers(context, movedMs))
          violate(problem, loadBalancer);
      },
    };
  },
};

function tooMuchSent(subject: string, data: string): string | null {
  if (bytesOf(data) > messageBytesMax) return `a message of ${bytesOf(data)} bytes to ${subject}`;
  if (!subject.endsWith('.heartbeat') || data.length < 4_096) return null;
  const claims = data.split('"loadBalancer"').length - 1;
  return claims > claimsMax ? `${claims} claims in one heartbeat` : null;
}

function tooMuchStored(bucket: string, value: string): string | null {
  if (bytesOf(value) > recordBytesMax) return `${bytesOf(value)} bytes`;
  if (bucket === 'desired') {
    const { length } = operationIdsOf(value);
    return length > operationIdsMax ? `${length} operation ids` : null;
  }
  if (bucket !== 'binding') return null;
  const { rejected, shadows } = bindingOf(value).context;
  if (rejected.length > rejectedMax) return `${rejected.length} agents that were rejected`;
  return shadows.length > shadowsMax ? `${shadows.length} shadows` : null;
}

/** Nearly everything is ASCII and short, and need not be counted byte by byte. */
function bytesOf(text: string): number {
  return text.length * 4 < recordBytesMax ? text.length : Buffer.byteLength(text);
}

/** How long an agent's question after its own takes, at most. */
const newsMs = 5_000;

type Leftover = readonly [problem: string, loadBalancer: string];

function* leftovers(
  context: CheckerContext,
  movedMs: ReadonlyMap<string, number>,
): Generator<Leftover> {
  const { world, controllers, core } = context;
  const live = new Set(world.stores.desired.snapshot().map(({ key }) => key));
  // Where the store has only lost the record, nobody may take the rest away.
  const isThere = (id: string): boolean => live.has(id) || world.losses.ofCreation(id);
  const holders = new Map<string, string | undefined>();
  for (const { key, value } of world.stores.binding.snapshot()) {
    holders.set(key, seatsOf(value).binding?.agent);
    if (!isThere(key)) yield ['it is gone, and its binding record is still there', key];
  }
  for (const { owner, projection } of controllers()) {
    for (const id of owner.host.ids()) {
      if (!live.has(id)) yield ['it is gone, and an actor of it still runs', id];
    }
    for (const id of [...projection.desired.keys(), ...projection.binding.keys()]) {
      if (!isThere(id)) yield ['it is gone, and a controller still shows it', id];
    }
  }
  for (const agent of core()) {
    for (const id of world.agent(agent)?.devices().keys() ?? []) {
      // An agent that was not told asks with its next sweep.
      const sinceMs = world.time.nowMs - (movedMs.get(id) ?? 0);
      if (holders.get(id) === agent || sinceMs < world.options.timings.sweepMs + newsMs) continue;
      yield [`${agent} still keeps it in memory, and it is ${whose(holders.get(id))}`, id];
    }
  }
  const timersMax = timersOfAProcess + timersOfALoadBalancer * live.size;
  const processes = new Set([...world.agentIds(), ...world.controllerIds()]);
  for (const [process, timers] of world.time.pending()) {
    // What else waits is on its way through the network, on behalf of all of them.
    const share = processes.has(process) ? 1 : processes.size;
    if (timers > timersMax * share) yield [`${process} has ${timers} timers at rest`, ''];
  }
}

const whose = (holder: string | undefined): string =>
  holder === undefined ? "nobody's" : `${holder}'s`;
