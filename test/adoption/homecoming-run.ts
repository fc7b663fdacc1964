import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Driver } from '../../drivers/contract/driver.ts';
import { FencedError } from '../../drivers/contract/errors.ts';
import { DamagedMarker } from '../../drivers/contract/host-marker.ts';
import { markerOrDamage, readMarker } from '../../drivers/haproxy/marker-file.ts';
import { isAlive } from '../../drivers/haproxy/proc.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { presets } from '../../machines/timings/timings.ts';
import { FileJournal } from '../../src/adapters/file-journal.ts';
import { MemoryBroker } from '../../src/adapters/memory-bus.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { systemRandom } from '../../src/adapters/system-random.ts';
import { Agent } from '../../src/agent/agent.ts';
import { nextIncarnation } from '../../src/agent/incarnation.ts';
import { eventually } from '../drivers/support/eventually.ts';
import { haproxyHost, type HaproxyHost, vip } from '../drivers/support/haproxy-host.ts';
import { get } from '../drivers/support/traffic.ts';
import type { HostState } from './host-state.ts';
import { PlayedJudge, type PlayedRecord, shards } from './played-judge.ts';
import {
  generation,
  neighboursEpoch,
  ownEpoch,
  type Stage,
  type Staged,
  staged,
} from './staged.ts';
import { Strangers } from './strangers.ts';

const self = 'agent-1';
const ownHost = 'host-1';
const timings = { ...presets.local, sweepMs: 300, heartbeatMs: 100 };

/** Stages the host, lets the agent come home, and fails where anything runs that should not, or not. */
export async function comesHome(state: HostState, backends: Stage['backends']): Promise<void> {
  const host = await haproxyHost();
  const strangers = new Strangers();
  try {
    const former = await host.driver(self);
    const neighbour = await host.driver('neighbour');
    await strangers.haproxy();
    const found: Staged[] = [];
    for (const each of state.loadBalancers) {
      found.push(await staged({ host, strangers, backends, former, neighbour }, each));
    }
    for (const { site, serving } of found) {
      if (serving !== null) strangers.spawn('/usr/bin/tail', ['-f', site.configPath(serving)]);
    }
    const journal = await journalOf(host, state, found);
    const driver = leaving(await host.driver(self), state.leaves);
    await settle(journal, driver, found);
    for (const each of found) await judgeFate(each, former, neighbour);
    const harmed = await strangers.harmed();
    if (harmed.length > 0) throw new Error(`harmed: ${harmed.join(', ')}`);
  } finally {
    await strangers.close();
    await host.close();
  }
}

/** The same driver, where load balancers may be taken over by other hosts. */
function leaving(driver: Driver, reschedulable: boolean): Driver {
  return { ...driver, descriptor: { ...driver.descriptor, reschedulable } };
}

async function journalOf(
  host: HaproxyHost,
  { journalFile }: HostState,
  found: readonly Staged[],
): Promise<FileJournal> {
  const file = path.join(host.stateDir, 'journal.jsonl');
  const writer = new FileJournal({ path: file, log: silentLog });
  await nextIncarnation({ journal: writer, clock, random: systemRandom });
  for (const { site, state } of found) {
    const entry = { epoch: ownEpoch, generation, live: true, edit: null, device: 'haproxy' };
    const stale = { ...entry, epoch: 2, generation: 1 };
    if (state.journal === 'fresh') await writer.save(site.id, JSON.stringify(entry));
    if (state.journal === 'stale') await writer.save(site.id, JSON.stringify(stale));
    if (state.journal === 'corrupt') await writer.save(site.id, '{"epoch":');
  }
  await writer.close();
  if (journalFile === 'missing') await rm(file);
  if (journalFile === 'garbage') await writeFile(file, Buffer.from([0, 255, 10, 123, 10, 10, 34]));
  if (journalFile === 'torn') await truncate(file, (await readFile(file)).byteLength - 10);
  return new FileJournal({ path: file, log: silentLog });
}

/** The agent starts, and goes on until nobody has anything to tell the other any more. */
async function settle(
  journal: FileJournal,
  driver: Driver,
  found: readonly Staged[],
): Promise<void> {
  const broker = new MemoryBroker(clock, { delayMs: () => 1 });
  const judge = new PlayedJudge(broker.connect('judge'), self, found.map(recordOf));
  const incarnation = await nextIncarnation({ journal, clock, random: systemRandom });
  const agent = new Agent({
    id: self,
    description: { host: ownHost, zone: null, capacity: null, addresses: [], version: 'test' },
    incarnation,
    bus: broker.connect(`agent/${self}/${incarnation}`),
    journal,
    drivers: new Map([['haproxy', driver]]),
    clock,
    random: systemRandom,
    log: silentLog,
    timings,
    shards,
  });
  agent.start();
  try {
    await judge.driven();
    for (const { state, site } of found) {
      const isOver = state.record === 'deleted' || state.record === 'elsewhere';
      const gone = () => site.allProcesses().length === 0;
      if (isOver) await eventually(`nothing runs of what is ${state.record}`, gone, 30_000);
      await eventually('no marker is damaged any more', async () => {
        return !((await markerOrDamage(site)) instanceof DamagedMarker);
      });
    }
    await judge.quiet();
    const own = found.filter(({ state }) => state.record === 'mine').map(({ site }) => site.id);
    const known = ['incarnation', ...own].toSorted();
    await eventually('the journal has what is its own, and nothing else', async () => {
      return isDeepStrictEqual([...(await journal.load()).keys()].toSorted(), known);
    });
  } finally {
    agent.kill();
    await journal.close();
  }
}

function recordOf({ document, state }: Staged): PlayedRecord {
  const rest = { document, generation };
  switch (state.record) {
    case 'mine': {
      const holder = { agent: self, host: ownHost };
      return { ...rest, holder, epoch: ownEpoch, lastEpoch: ownEpoch + 1 };
    }
    case 'neighbour': {
      const holder = { agent: 'neighbour', host: ownHost };
      return { ...rest, holder, epoch: neighboursEpoch, lastEpoch: neighboursEpoch + 1 };
    }
    case 'elsewhere': {
      const holder = { agent: 'agent-9', host: 'host-9' };
      return { ...rest, holder, epoch: neighboursEpoch, lastEpoch: neighboursEpoch + 1 };
    }
    case 'deleted':
      return { ...rest, holder: null, epoch: ownEpoch, lastEpoch: ownEpoch };
  }
}

async function judgeFate(found: Staged, former: Driver, neighbour: Driver): Promise<void> {
  const { state, site, serving, port, document } = found;
  if (state.record === 'mine') return judgeOwn(found);
  if (state.record !== 'neighbour') return;
  const running = site.allProcesses();
  if (serving === null) {
    if (running.length > 0) throw new Error(`${site.id} was started, though it is a neighbour's`);
  } else if (!isAlive(serving)) throw new Error(`${site.id} was ended, though it is a neighbour's`);
  const marker = await readMarker(site);
  if (marker?.holder === self) throw new Error(`${site.id} was taken from a neighbour`);
  const late = former.apply({ id: site.id, epoch: ownEpoch, generation: 9, document });
  const outcome = await late.catch((error: unknown) => error);
  if (!(outcome instanceof FencedError)) throw new Error(`${site.id} took a stale command`);
  // Its holder can go on as if nothing had been.
  await neighbour.apply({ id: site.id, epoch: 99, generation, document });
  const { body } = await get(vip, port);
  if (body !== 'now') throw new Error(`the neighbour's ${site.id} serves ${body}`);
}

async function judgeOwn({ state, site, serving, port }: Staged): Promise<void> {
  await eventually(
    `only one process of ${site.id} is left`,
    () => site.allProcesses().length === 1,
  );
  const now = site.running();
  const { body } = await get(vip, port);
  if (body !== 'now') throw new Error(`${site.id} serves ${body}`);
  const marker = await readMarker(site);
  if (marker?.holder !== self || marker.generation !== generation || now === null) {
    throw new Error(`${site.id} is held as ${JSON.stringify(marker)}`);
  }
  const runsWell = state.process === 'runs' || state.process === 'two';
  const untouched = runsWell && state.socket === 'fresh';
  if (untouched && (now.pid !== serving?.pid || now.startTime !== serving.startTime)) {
    throw new Error(`${site.id} was started anew, though process ${serving?.pid} ran as it should`);
  }
}
