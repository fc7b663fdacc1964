import { delay } from '../../machines/ports/clock.ts';
import type { Seat } from '../../machines/protocol/seat.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { bucketNames } from '../../src/ports/store.ts';
import type { BucketName } from '../world/events.ts';
import type { PatientClient } from './api-client.ts';
import type { Editor } from './editor.ts';
import { eventually } from './eventually.ts';
import type { RealFault } from './faults.ts';
import type { Fleet } from './fleet.ts';
import type { LoadBalancer, LoadBalancers } from './load-balancers.ts';
import { type NatsNode, natsNodes } from './nats-cluster.ts';
import type { Rebinds } from './rebinds.ts';
import type { RecordWatch } from './record-watch.ts';
import { isEngaged, livingBy, shownBy, statesIn } from './shown.ts';
import { type Kind, kinds } from './size.ts';
import type { Timeline } from './timeline.ts';
import type { TrafficWatch } from './traffic-watch.ts';

/** Everything slow here is a process that starts, or an election, on a machine that is busy. */
const waitMs = 60_000;

export interface HandsOptions {
  readonly fleet: Fleet;
  readonly records: RecordWatch;
  readonly rebinds: Rebinds;
  readonly traffic: TrafficWatch;
  readonly loadBalancers: LoadBalancers;
  readonly timeline: Timeline;
  readonly client: PatientClient;
  readonly editor: Editor;
  readonly timings: Timings;
  /** By what scenarios' long times are divided. */
  readonly shorten: number;
  readonly signal: AbortSignal;
}

type Undo = () => Promise<unknown> | void;

/** What a scenario does to a run, and what it waits for. All that it breaks is whole again after `heal`. */
export class Hands {
  readonly timings: Timings;
  readonly fleet: Fleet;
  readonly #options: HandsOptions;
  readonly #broken = new Map<string, Undo>();

  constructor(options: HandsOptions) {
    this.#options = options;
    this.timings = options.timings;
    this.fleet = options.fleet;
  }

  get loadBalancers(): readonly LoadBalancer[] {
    return this.#options.loadBalancers.all;
  }

  /** Who holds it, by its newest record. */
  holderOf(id: string): string | null {
    return this.#options.rebinds.holderOf(id)?.agent ?? null;
  }

  /** The agent that holds most, among these. */
  busiest(among: readonly string[] = [...this.fleet.agents.keys()]): string {
    return this.#byLoad(among)[0] ?? '';
  }

  /** The agent that holds least. */
  idlest(): string {
    return this.#byLoad([...this.fleet.agents.keys()]).at(-1) ?? '';
  }

  #byLoad(agents: readonly string[]): readonly string[] {
    const held = (agent: string) =>
      this.loadBalancers.filter(({ id }) => this.holderOf(id) === agent).length;
    return agents.toSorted((one, other) => held(other) - held(one));
  }

  killAgent(id: string): void {
    this.#lose([id]);
    this.#begin('agent-killed', id, () => this.fleet.agent(id).start());
    this.fleet.agent(id).kill('SIGKILL');
  }

  hangAgent(id: string): void {
    this.#lose([id]);
    this.#begin('agent-hung', id, () => this.fleet.agent(id).kill('SIGCONT'));
    this.fleet.agent(id).kill('SIGSTOP');
  }

  async killHost(host: string): Promise<void> {
    const { network } = this.fleet;
    const agents = this.fleet.agentsOf(host);
    this.#lose(agents);
    this.#begin('host-died', host, async () => {
      await network.mend(this.fleet.networkHost(host));
      await Promise.all(agents.map((id) => this.fleet.agent(id).start()));
    });
    await network.cut(this.fleet.networkHost(host));
    await this.fleet.killHost(host);
  }

  async cutHost(host: string): Promise<void> {
    const at = this.fleet.networkHost(host);
    this.#lose(this.fleet.agentsOf(host));
    this.#begin('host-cut-off', host, () => this.fleet.network.mend(at));
    await this.fleet.network.cut(at);
  }

  /** Its other hosts are in reach. */
  async cutHostFromNats(host: string): Promise<void> {
    const { network } = this.fleet;
    const at = this.fleet.networkHost(host);
    this.#lose(this.fleet.agentsOf(host));
    this.#begin('host-cut-from-nats', host, () => network.mend(at));
    await network.cutFrom(at, network.gateway);
  }

  /** `in`: nothing comes to the host any more. `out`: nothing comes from it. */
  async cutOneWay(host: string, way: 'in' | 'out'): Promise<void> {
    const at = this.fleet.networkHost(host);
    this.#lose(this.fleet.agentsOf(host));
    const kind = way === 'in' ? 'host-deaf' : 'host-mute';
    this.#begin(kind, host, () => this.fleet.network.mend(at));
    await this.fleet.network.cutOneWay(at, way);
  }

  killController(id: string): void {
    this.#begin('controller-killed', id, () => this.fleet.controller(id).start());
    this.fleet.controller(id).kill('SIGKILL');
  }

  hangController(id: string): void {
    this.#begin('controller-hung', id, () => this.fleet.controller(id).kill('SIGCONT'));
    this.fleet.controller(id).kill('SIGSTOP');
  }

  async killNats(node: NatsNode): Promise<void> {
    this.#begin('nats-killed', node, () => this.fleet.nats.start(node));
    await this.fleet.nats.kill(node);
  }

  hangNats(node: NatsNode): void {
    this.#begin('nats-hung', node, () => this.fleet.nats.resume(node));
    this.fleet.nats.pause(node);
  }

  /** Stops it as a service manager does, and starts it again. */
  async restartAgent(id: string): Promise<void> {
    this.#begin('agent-restarted', id, () => undefined);
    await this.fleet.agent(id).stop({ comesBack: true });
    await this.fleet.agent(id).start();
    await this.heal(id);
  }

  async restartController(id: string): Promise<void> {
    this.#begin('controller-restarted', id, () => undefined);
    await this.fleet.controller(id).stop();
    await this.fleet.controller(id).start();
    await this.heal(id);
  }

  async restartNats(node: NatsNode): Promise<void> {
    this.#begin('nats-restarted', node, () => undefined);
    await this.fleet.nats.stop(node);
    await this.fleet.nats.start(node);
    await this.heal(node);
  }

  async drain(id: string): Promise<void> {
    const order = (verb: string) =>
      this.#options.client.ask({
        method: 'POST',
        path: `/holdfast/v1/agents/${id}/${verb}`,
        body: {},
      });
    this.#begin('agent-drained', id, () => order('uncordon'));
    await order('drain');
  }

  /** Unless it holds some already, an agent of this host is given a load balancer whose address moves. */
  async settleOneAt(host: string): Promise<void> {
    const agents = this.fleet.agentsOf(host);
    const moving = this.loadBalancers.filter(({ kind }) => kind === 'moving');
    const isThere = () => moving.some(({ id }) => agents.includes(this.holderOf(id) ?? ''));
    if (isThere()) return;
    const [id, agent] = [moving[0]?.id ?? '', agents[0] ?? ''];
    const path = `/holdfast/v1/loadbalancers/${id}/move`;
    const { answer } = await this.#options.client.ask({
      method: 'POST',
      path,
      body: { move: { agent } },
    });
    if (answer.status >= 300) throw new Error(`${id} can't be moved to ${agent}: ${answer.text}`);
    await this.until(`${id} is at ${host}`, isThere);
    await this.served();
  }

  /** Undoes what was done to this process or host; to all, where none is named. */
  async heal(target?: string): Promise<void> {
    const targets = target === undefined ? [...this.#broken.keys()] : [target];
    await Promise.all(
      targets.map(async (each) => {
        const undo = this.#broken.get(each);
        this.#broken.delete(each);
        await undo?.();
      }),
    );
  }

  /** Lets time pass: what is under test is that nothing happens, or what happens meanwhile. */
  async pass(forMs: number): Promise<void> {
    await delay(systemClock, forMs, this.#options.signal);
  }

  /** A scenario's long time, as short as was asked for. */
  shortened(ms: number): number {
    return ms / this.#options.shorten;
  }

  until<T>(
    what: string,
    look: () => Promise<T | null | false> | T | null | false,
    deadlineMs = waitMs,
  ): Promise<T> {
    return eventually(what, look, { deadlineMs, signal: this.#options.signal });
  }

  /** All of these kinds that has lost its agent is at another one, or at the same one anew. */
  async rebound(among: readonly Kind[] = kinds): Promise<void> {
    const { rebinds, loadBalancers } = this.#options;
    const isOver = (id: string) => {
      const loadBalancer = loadBalancers.get(id);
      return loadBalancer === null || !among.includes(loadBalancer.kind);
    };
    await this.until('all is rebound that has lost its agent', () => rebinds.waiting.every(isOver));
  }

  /**
   * Every agent is alive, every load balancer is bound to one, and where another one may take over at once, that one
   * stands by: as every controller shows it.
   */
  async whole(): Promise<void> {
    await this.until(
      'all agents are alive, and all load balancers bound and stood by',
      async () => {
        const shown = await Promise.all(
          [...this.fleet.apis.keys()].map((id) => this.#showsAllWell(id)),
        );
        return shown.every(Boolean);
      },
    );
  }

  async #showsAllWell(controller: string): Promise<boolean> {
    const { client } = this.#options;
    const living = await livingBy(client, controller);
    const shown = await shownBy(client, controller);
    if (living === null || shown === null || living.size < this.fleet.agents.size) return false;
    const lives = (seat: Seat | null) =>
      seat !== null && living.get(seat.agent) === seat.incarnation;
    return shown.loadBalancers.list().every(({ state, binding, standby, document }) => {
      const hasNeighbour = this.#hasNeighbour(document.id);
      return state.startsWith('bound.') && lives(binding) && (!hasNeighbour || lives(standby));
    });
  }

  /** Is it at an address of a host on which more than one agent can drive it? */
  #hasNeighbour(id: string): boolean {
    const kind = this.#options.loadBalancers.get(id)?.kind;
    const [first = []] = this.fleet.size.hosts;
    return kind === 'fixed' && first.filter(({ drives }) => drives.includes(kind)).length > 1;
  }

  /** The state of each load balancer of a kind, as some controller shows it. */
  async states(kind: Kind): Promise<readonly string[]> {
    const { answer } = await this.#options.client.ask({
      method: 'GET',
      path: '/holdfast/v1/loadbalancers',
      body: null,
    });
    const all = statesIn(answer.text);
    return this.loadBalancers
      .filter((each) => each.kind === kind)
      .map(({ id }) => all.get(id) ?? '');
  }

  /** Do the judges hold back, because so many hosts have gone? */
  async isBraked(): Promise<boolean> {
    const path = '/holdfast/v1/brake';
    const { answer } = await this.#options.client.ask({ method: 'GET', path, body: null });
    return isEngaged(answer.text);
  }

  /** All load balancers are answered for, as of now. */
  async served(): Promise<void> {
    const sinceMs = this.#options.timeline.nowMs;
    const { traffic } = this.#options;
    await this.until('all load balancers are served', () => traffic.areServedSince(sinceMs));
  }

  /** Each load balancer has been edited, by writes that were asked for from now on. */
  async edited(): Promise<void> {
    const { editor } = this.#options;
    // One is under way.
    const enough = editor.waits.length + 1 + this.loadBalancers.length;
    await this.until('all load balancers were edited', () => editor.waits.length >= enough);
  }

  /** The server that leads a bucket, once there is one. */
  async leader(bucket: BucketName = 'binding'): Promise<NatsNode> {
    return await this.until(`${bucket} has a leader`, async () => {
      const leader = await this.#options.records.leader(bucket);
      return natsNodes.find((name) => name === leader) ?? null;
    });
  }

  /** Every bucket has a leader. Where the next server goes before that, more is not written for longer than an election. */
  async led(): Promise<void> {
    for (const bucket of bucketNames) await this.leader(bucket);
  }

  #lose(agents: readonly string[]): void {
    this.#options.rebinds.lose(agents, this.#options.timeline.nowMs);
  }

  #begin(kind: RealFault, target: string, undo: Undo): void {
    const { timeline } = this.#options;
    const told = { type: 'fault', kind, target, detail: '', forMs: null } as const;
    timeline.emit({ ...told, phase: 'begins' });
    this.#broken.set(target, async () => {
      await undo();
      timeline.emit({ ...told, phase: 'ends' });
    });
  }
}
