import { mkdir } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import type { Log } from '../../machines/ports/log.ts';
import { addressesMax } from '../../machines/liveness/context.ts';
import { agentConnection, agentInbox } from '../../machines/protocol/subjects.ts';
import { FileJournal } from '../adapters/file-journal.ts';
import { connectNatsBus } from '../adapters/nats-bus.ts';
import { NatsWorkQueues } from '../adapters/nats-work-queues.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { systemSecrets } from '../adapters/system-secrets.ts';
import type { Agent } from '../agent/agent.ts';
import { nextIncarnation } from '../agent/incarnation.ts';
import type { LoadedConfig } from '../config/load.ts';
import { inspectedAgent } from '../inspector/tap/inspected.ts';
import { agentDrivers } from './agent-drivers.ts';
import { hostIdOf } from './host-directory.ts';
import { seedIn } from './seed-file.ts';
import { holdAlone } from './single-instance.ts';
import { version } from './version.ts';
import { startWitnessing } from './witnessing.ts';

/**
 * How an agent ends: it asks to be waited for, and keeps what it holds; it says goodbye, and waits a
 * while for others to take that; or it just ends.
 */
export type Ending = 'comes back' | 'leaves' | 'at once';

export interface RunningAgent {
  readonly agent: Agent;
  /** Resolves when it has ended because an operator wants it started again. */
  readonly restarts: Promise<'restart'>;
  stop(how: Ending): Promise<void>;
}

/** The composition root of an agent: real clock, NATS, its journal, and the drivers it runs. */
export async function runAgent(config: LoadedConfig, log: Log): Promise<RunningAgent> {
  const { id, zone, capacity } = config.agent;
  const { timings, nats, shards } = config;
  const stateDir = resolve(config.agent.stateDir);
  const host = await hostIdOf(stateDir, random);
  const own = join(stateDir, 'agents', id);
  await mkdir(own, { recursive: true, mode: 0o700 });
  const alone = await holdAlone(own, `agent ${id}`);
  const journal = new FileJournal({ path: join(own, 'journal.jsonl'), log });
  const { drivers, capacities } = await agentDrivers(config.agent.drivers, {
    clock,
    random,
    log,
    secrets: systemSecrets(process.env),
    host,
    agent: id,
    stateDir,
  });
  const incarnation = await nextIncarnation({ journal, clock, random });
  const { witnesses } = config.agent;
  const peer = { agent: id, directory: own, log, timings };
  const witnessing = witnesses === null ? null : await startWitnessing(witnesses, peer);
  const bus = await connectNatsBus({
    servers: nats.servers,
    allowOldCluster: nats.allowOldCluster,
    name: agentConnection(id, incarnation),
    inboxPrefix: agentInbox(id),
    ...(nats.seedFile === null ? {} : { nkeySeed: await seedIn(nats.seedFile) }),
    clock,
    log,
    timings,
  });
  witnessing?.attendJudges(bus);
  let restart: () => void = () => undefined;
  const restarts = new Promise<'restart'>((resolve) => {
    restart = () => resolve('restart');
  });
  const options = {
    id,
    description: {
      ...{ host, zone, capacity, addresses: ownAddresses(), version },
      ...(witnessing?.witnesses === undefined ? {} : { witnesses: witnessing.witnesses }),
    },
    ...(witnessing === null ? {} : { lease: witnessing.lease }),
    incarnation,
    bus,
    journal,
    drivers,
    capacities,
    clock,
    random,
    log,
    timings,
    shards,
    queues: new NatsWorkQueues(bus, { takenMs: timings.ticketMs, clock, log }),
    restart,
  };
  const { agent, inspection } = inspectedAgent(options, config.inspector);
  agent.start();
  return {
    agent,
    restarts,
    stop: async (how) => {
      if (how === 'at once') agent.kill();
      else await agent.stop({ comesBack: how === 'comes back' });
      inspection.stop();
      await witnessing?.close();
      await bus.close();
      for (const driver of drivers.values()) await driver.close();
      alone?.close();
    },
  };
}

/**
 * The host's addresses as others see them: all but loopback, without an IPv6 zone. What an interface has
 * under a name of its own (`eth0:hf`) is there for a time only, such as a load balancer's address.
 */
function ownAddresses(): string[] {
  const all = Object.entries(networkInterfaces())
    .filter(([name]) => !name.includes(':'))
    .flatMap(([, addresses]) => addresses ?? []);
  const outside = all.filter(({ internal }) => !internal);
  const unique = new Set(outside.map(({ address }) => address.replace(/%.*$/, '')));
  return [...unique].slice(0, addressesMax);
}
