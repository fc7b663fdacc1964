import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { type WitnessSet, witnessSet } from '../../machines/protocol/witness-messages.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { Lease, type LeaseOptions } from '../../src/agent/lease.ts';
import type { Bus } from '../../src/ports/bus.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { SignedPeers } from '../../src/witness/signed-peers.ts';
import { attendAgents, attendJudges } from '../../src/witness/witness-desk.ts';
import type { VirtualProcess } from './process.ts';
import { hostOf } from './topology.ts';
import type { World } from './world.ts';

/** How many witnesses an agent has at most, each on another host. */
const witnessesMost = 3;

/** A key that everybody has; it is a test's. */
const keys = ['a key that all agents of a virtual world share'] as const;

/** An agent's witnesses: the first agent of each of the hosts after its own; null where there are no others. */
export function witnessesOf(agent: string, world: World): WitnessSet | null {
  const { options, inventory } = world;
  if (options.witnesses !== true) return null;
  const { hosts } = inventory;
  const own = hosts.indexOf(hostOf(agent, options));
  const others = [...hosts.slice(own + 1), ...hosts.slice(0, own)].slice(0, witnessesMost);
  const agents = others.flatMap((host) => world.agentsOf(host).slice(0, 1));
  return agents.length === 0 ? null : witnessSet(agents);
}

export interface VirtualWitnessing {
  readonly agent: string;
  readonly process: VirtualProcess;
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
  /** The witness's own. */
  readonly journal: Journal;
  readonly timings: Timings;
}

/** One life of an agent as a witness of others; resolves with how it keeps its own lease, by its witnesses. */
export async function startWitnessing(
  world: World,
  own: VirtualWitnessing,
): Promise<((options: LeaseOptions) => Lease) | null> {
  const witnesses = witnessesOf(own.agent, world);
  if (witnesses === null) return null;
  const { agent, process, clock, log, bus, journal, timings } = own;
  const { lapseMs } = timings;
  const datagrams = world.network.datagrams.open(agent, (run) => process.deliver(run));
  process.onDeath(() => void datagrams.close());
  const addresses = new Map(world.agentIds().map((id) => [id, id]));
  const random = world.stream(`witness:${agent}`);
  const peers = new SignedPeers({ agent, datagrams, addresses, keys, clock, random, log });
  const witness = world.parts.witness({ journal, clock, log, lapseMs });
  await attendAgents(peers, witness);
  attendJudges({ agent, bus, witness, log });
  return (options) => {
    const ask = peers.ask.bind(peers);
    const vouching = world.parts.vouching({ ...options, timings, witnesses, ask });
    return new Lease({ ...options, vouching });
  };
}
