import { appendFile, readFile } from 'node:fs/promises';
import { delay } from '../../machines/ports/clock.ts';
import { type PresetName, presets, type Timings } from '../../machines/timings/timings.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { onHosts } from '../../src/demo/hosts.ts';
import { HostNetwork } from '../../src/demo/network.ts';
import { Endings } from '../../src/processes/endings.ts';
import { Chronicle, type Line } from '../chronicle.ts';
import { ReportCollector } from '../report/collector.ts';
import type { ReportData } from '../report/data.ts';
import type { Violation } from '../simulate.ts';
import { AddressWatch } from './address-watch.ts';
import type { ClientNotice, ClientOptions } from './answers.ts';
import { PatientClient } from './api-client.ts';
import { Editor } from './editor.ts';
import { describeRealFault } from './faults.ts';
import { type Figures, figuresOf, type Measured, rebindsOf } from './figures.ts';
import { eventually } from './eventually.ts';
import { Fleet, logFileIn } from './fleet.ts';
import { Hands } from './hands.ts';
import { Judge } from './judge.ts';
import { LoadBalancers } from './load-balancers.ts';
import { MarkerWatch } from './marker-watch.ts';
import { demandHosts, makeDirectory, removeDirectory } from './place.ts';
import { RealWorld } from './real-world.ts';
import { Rebinds } from './rebinds.ts';
import { RecordWatch } from './record-watch.ts';
import { Remote } from './remote.ts';
import { type ChaosScenario, goalsOf, type JudgedGoal } from './scenario.ts';
import { BehindAll } from './servers.ts';
import { livingBy, shownBy } from './shown.ts';
import { type Kind, kinds } from './size.ts';
import { Timeline } from './timeline.ts';
import { followTransitions } from './transition-watch.ts';
import { TrafficWatch } from './traffic-watch.ts';

/** How long a healed run may take until everything is where it belongs, on a machine that is busy. */
const convergeMs = 90_000;
/** How long clients go on after that, so that a late fault is seen. */
const afterglowMs = 1_000;
/** How long a run may take to come up, from elections to the last load balancer. */
const bootMs = 90_000;
const client: ClientOptions = { everyMs: 50, patienceMs: 5_000 };

export interface ChaosOptions {
  readonly scenario: ChaosScenario;
  readonly preset: PresetName;
  /** By what scenarios' long times are divided. */
  readonly shorten: number;
  readonly signal: AbortSignal;
  /** A file that what all processes have logged is added to; null for none. */
  readonly log: string | null;
  readonly onLine?: (line: Line) => void;
}

export interface ChaosResult {
  readonly scenario: string;
  readonly ok: boolean;
  readonly tookMs: number;
  readonly measured: Measured;
  readonly figures: Figures;
  readonly goals: readonly JudgedGoal[];
  readonly failures: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  readonly report: ReportData;
}

/** Runs a scenario, and leaves nothing of it behind, however it ends. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  await demandHosts();
  const run = new ChaosRun(options);
  try {
    return await run.live();
  } finally {
    await run.close();
  }
}

type Parts = Awaited<ReturnType<ChaosRun['start']>>;

class ChaosRun {
  readonly #options: ChaosOptions;
  readonly #timings: Timings;
  readonly #timeline = new Timeline();
  readonly #chronicle: Chronicle;
  readonly #report = new ReportCollector(describeRealFault);
  readonly #following = new AbortController();
  readonly #endings = new Endings();

  constructor(options: ChaosOptions) {
    this.#options = options;
    this.#timings = presets[options.preset];
    this.#chronicle = new Chronicle(options.onLine);
    this.#timeline.observe(this.#chronicle.observer);
    this.#timeline.observe(this.#report.observer);
  }

  async live(): Promise<ChaosResult> {
    const parts = await this.start();
    const { hands, traffic, addresses, judge, clients } = parts;
    traffic.reset();
    try {
      await this.#options.scenario.run(hands);
      await hands.heal();
      await this.#stopEdits(parts);
      await this.#converge(parts);
      await hands.served();
    } catch (error) {
      if (this.#options.signal.aborted) throw error;
      const words = error instanceof Error ? error.message : String(error);
      judge.violate('the-run-ends-well', words);
    }
    await delay(systemClock, afterglowMs);
    await this.#stopEdits(parts);
    await clients.call('stop');
    const gaps = traffic.gaps();
    addresses.stop();
    judge.atEnd();
    this.#judgeEdits(parts);
    return this.#result(parts, gaps);
  }

  async start() {
    const { scenario, preset, shorten, signal } = this.#options;
    const { size } = scenario;
    const network = await HostNetwork.create(size.hosts.length + 1);
    this.#endings.add(() => network.close());
    const directory = await makeDirectory();
    this.#endings.add(() => removeDirectory(directory));
    this.#endings.add(() => this.#keepLog(directory));
    const clients = this.#startClients(network);
    const behind = await BehindAll.start(network.servers, directory);
    this.#endings.add(() => behind.close());
    const fleet = await Fleet.start({ network, directory, preset, size, signal });
    this.#endings.add(() => fleet.close());
    const records = await RecordWatch.start({
      servers: fleet.nats.urls,
      seedFile: fleet.seedFile('controller'),
      timings: this.#timings,
      timeline: this.#timeline,
    });
    this.#endings.add(() => records.close());
    const api = new PatientClient('client', fleet.apis, this.#timeline, signal);
    const loadBalancers = new LoadBalancers(api);
    const rebinds = new Rebinds(records, loadBalancers);
    const world = new RealWorld(fleet, this.#timings, records, this.#timeline);
    const agents = world.agentIds();
    const { ledger } = loadBalancers;
    const judge = new Judge({
      world,
      ledger,
      timeline: this.#timeline,
      chronicle: this.#chronicle,
      agents,
    });
    this.#timeline.observe(rebinds.observer);
    for (const url of fleet.apis.values()) {
      void followTransitions(url, this.#timeline, this.#following.signal);
    }
    const ids = () => loadBalancers.all.map(({ id }) => id);
    const markers = new MarkerWatch([...world.places.values()], this.#timeline, ids);
    this.#endings.add(() => markers.stop());
    const traffic = new TrafficWatch(fleet, loadBalancers, rebinds, this.#timeline);
    clients.onNotice = (notice) => traffic.note(notice as ClientNotice);
    const common = { fleet, records, rebinds, loadBalancers, traffic, timeline: this.#timeline };
    const parts = { ...common, api, world, judge, clients };
    await this.#create(parts, behind);
    await this.#converge(parts, bootMs);
    await clients.call('begin', loadBalancers.all, client);
    const addresses = new AddressWatch(fleet, loadBalancers, traffic, this.#timeline);
    this.#endings.add(() => addresses.stop());
    const writer = new PatientClient('editor', fleet.apis, this.#timeline, signal);
    const editor = new Editor(writer, loadBalancers);
    const given = { ...common, client: api, editor, timings: this.#timings, shorten, signal };
    const hands = new Hands(given);
    // Before that, there would be nobody to take over at once.
    await hands.whole();
    await hands.served();
    return { ...parts, addresses, editor, hands };
  }

  async #keepLog(directory: string): Promise<void> {
    const { log } = this.#options;
    if (log !== null) await appendFile(log, await readFile(logFileIn(directory)));
  }

  #startClients(network: HostNetwork): Remote {
    const host = network.hosts.at(-1);
    if (host === undefined) throw new Error('the network has no host for the clients');
    const clients = new Remote(network, host, 'simulator/chaos/client-main.ts');
    this.#endings.add(() => clients.signal('SIGKILL'));
    return clients;
  }

  async #create(
    { fleet, loadBalancers }: Pick<Parts, 'fleet' | 'loadBalancers'>,
    behind: BehindAll,
  ): Promise<void> {
    const { network, size } = fleet;
    const { subnetId } = onHosts(network, fleet.directory).pool;
    const member = { address: behind.address, port: behind.port };
    const create = async (kind: Kind, index: number) => {
      const own = `${network.prefix}.${ownAddressesFrom + index}`;
      const address = kind === 'fixed' ? own : null;
      const [first] = network.hosts;
      if (address !== null && first !== undefined) await network.addAddress(first, address);
      const name = `${kind}-${index}`;
      await loadBalancers.create({ name, kind, subnetId, address, member });
    };
    for (const kind of kinds) {
      for (let index = 1; index <= size.loadBalancers[kind]; index += 1) await create(kind, index);
    }
  }

  /** Waits until every controller shows each load balancer where it belongs, and the hosts have it so. */
  async #converge(
    { judge, world, fleet, api }: Pick<Parts, 'judge' | 'world' | 'fleet' | 'api'>,
    deadlineMs = convergeMs,
  ): Promise<void> {
    let why: string | null = 'nobody has looked yet';
    const look = async () => {
      const names = [...fleet.apis.keys()];
      const shown = await Promise.all(names.map((name) => shownBy(api, name)));
      const [first = ''] = names;
      const living = await livingBy(api, first);
      if (living === null || shown.includes(null)) {
        why = 'not every controller answers';
        return false;
      }
      world.living = living;
      judge.controllers = shown.flatMap((each) => each ?? []);
      why = judge.whyUnsettled();
      return why === null;
    };
    try {
      const { signal } = this.#options;
      await eventually('everything is where it belongs', look, { deadlineMs, signal });
    } catch (error) {
      if (this.#options.signal.aborted) throw error;
      throw new Error(`${String(error)}: ${why}`, { cause: error });
    }
  }

  async #stopEdits({ editor, judge }: Parts): Promise<void> {
    await editor.stop().catch((error: unknown) => {
      judge.violate('no-edit-lost', error instanceof Error ? error.message : String(error));
    });
  }

  #judgeEdits({ editor, records, judge }: Parts): void {
    for (const { loadBalancer, message } of editor.stale) {
      judge.violate('reads-never-go-back', message, loadBalancer);
    }
    for (const [id, description] of editor.acknowledged) {
      const value = records.records.desired.get(id)?.value ?? '';
      if (value.includes(JSON.stringify(description))) continue;
      judge.violate(
        'no-edit-lost',
        `${JSON.stringify(description)} was acknowledged and is not on record`,
        id,
      );
    }
  }

  #result(parts: Parts, gaps: ReadonlyMap<string, number>): ChaosResult {
    const { scenario } = this.#options;
    const { judge, rebinds, fleet, traffic, world } = parts;
    const measured = this.#measured(parts, gaps);
    const figures = figuresOf(measured);
    for (const problem of scenario.problems?.(figures, this.#timings) ?? []) {
      if (problem !== null) judge.violate(scenario.name, problem);
    }
    const goals = goalsOf(scenario, figures, this.#timings);
    const { violations } = judge;
    const ok = violations.length === 0;
    const tookMs = Math.round(this.#timeline.nowMs);
    const told = { scenario: scenario.name, ok, violations };
    const report = this.#report.data(
      {
        ...told,
        virtualMs: tookMs,
        rebinds: rebinds.count,
        seed: null,
        hash: null,
        figures: figureWords(figures),
      },
      scenario,
      [...[...fleet.controllers.keys()].toSorted(), ...world.agentIds()],
    );
    const failures = Object.fromEntries(traffic.reasons);
    return { ...told, tookMs, measured, figures, goals, failures, report };
  }

  #measured(
    { rebinds, traffic, editor, addresses, judge, loadBalancers }: Parts,
    gaps: ReadonlyMap<string, number>,
  ): Measured {
    const gapsOf = (kind: Kind) =>
      loadBalancers.all.filter((each) => each.kind === kind).map(({ id }) => gaps.get(id) ?? 0);
    const lost = judge.violations.filter(({ checker }) => checker === 'no-load-balancer-lost');
    const durations = {
      rebindMs: rebindsOf(rebinds.done, 'fixed'),
      leasedRebindMs: rebindsOf(rebinds.done, 'moving'),
      trafficGapMs: gapsOf('fixed'),
      leasedTrafficGapMs: gapsOf('moving'),
      apiWriteMs: editor.waits,
    };
    const counts = {
      rebinds: rebinds.count,
      fixedMoves: rebinds.fixedMoves,
      reads: editor.reads,
      requests: traffic.requests,
      failed: traffic.failed,
      leasedFailed: traffic.leasedFailed,
      heldUp: traffic.heldUp,
      failedKept: traffic.failedKept,
      lost: new Set(lost.map(({ loadBalancer }) => loadBalancer)).size,
      doubleServed: traffic.twice,
      doubleServedMs: Math.round(addresses.twiceMs),
    };
    return { durations, counts };
  }

  async close(): Promise<void> {
    this.#following.abort();
    await this.#endings
      .end()
      .catch((error: unknown) => process.stderr.write(`chaos: ${String(error)}\n`));
  }
}

/** Addresses that are the first host's own: below those of the pool, above those of the hosts. */
const ownAddressesFrom = 20;

function figureWords(figures: Figures): Record<string, string> {
  const { rebindMs, leasedRebindMs, trafficGapMs, leasedTrafficGapMs, requests, failed } = figures;
  const words = (p99: number | null) => (p99 === null ? '–' : `${p99} ms`);
  return {
    'rebound, p99': words(rebindMs.p99),
    'rebound by lease, p99': words(leasedRebindMs.p99),
    'longest gap': words(trafficGapMs.max),
    'longest gap by lease': words(leasedTrafficGapMs.max),
    requests: String(requests),
    failed: String(failed),
  };
}
