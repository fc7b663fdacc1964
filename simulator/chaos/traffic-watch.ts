import type { ClientAnswer, ClientNotice, HoldUp, Sighting } from './answers.ts';
import type { Fleet } from './fleet.ts';
import type { LoadBalancer, LoadBalancers } from './load-balancers.ts';
import { placeName } from './real-world.ts';
import type { Rebinds } from './rebinds.ts';
import type { Timeline } from './timeline.ts';

/** Answers to one question come within so long; the next question is a second later. */
const sameQuestionMs = 300;

interface Line {
  /** The hosts that serve it, as far as is known. */
  readonly hosts: Set<string>;
  lastGoodMs: number | null;
  longestGapMs: number;
  sighting: { readonly host: string; readonly atMs: number } | null;
}

/** What the clients of the load balancers were told, and who was seen to serve them. */
export class TrafficWatch {
  requests = 0;
  /** Failures on new connections, and on kept ones, which break with their host. */
  failed = 0;
  leasedFailed = 0;
  failedKept = 0;
  /** Failures while the clients' process itself stood still. */
  heldUp = 0;
  /** Why requests failed, and how often. */
  readonly reasons = new Map<string, number>();
  /** How often two hosts were seen to have one address. */
  twice = 0;
  readonly #lines = new Map<string, Line>();
  readonly #holdUps: HoldUp[] = [];
  readonly #fleet: Fleet;
  readonly #loadBalancers: LoadBalancers;
  readonly #rebinds: Rebinds;
  readonly #timeline: Timeline;

  constructor(fleet: Fleet, loadBalancers: LoadBalancers, rebinds: Rebinds, timeline: Timeline) {
    this.#fleet = fleet;
    this.#loadBalancers = loadBalancers;
    this.#rebinds = rebinds;
    this.#timeline = timeline;
  }

  /** From now on everything counts; what came before was to get going. */
  reset(): void {
    this.requests = 0;
    this.failed = 0;
    this.leasedFailed = 0;
    this.failedKept = 0;
    this.heldUp = 0;
    this.reasons.clear();
    for (const line of this.#lines.values()) line.longestGapMs = 0;
  }

  /** By load balancer: the longest time between two good answers, as of now. */
  gaps(nowMs = this.#timeline.nowMs): ReadonlyMap<string, number> {
    return new Map(
      [...this.#lines].map(([id, { longestGapMs, lastGoodMs }]) => {
        return [id, Math.max(longestGapMs, nowMs - (lastGoodMs ?? nowMs))];
      }),
    );
  }

  /** Was each of them answered well after this time? */
  areServedSince(sinceMs: number): boolean {
    return this.#loadBalancers.all.every(({ id }) => (this.#line(id).lastGoodMs ?? 0) > sinceMs);
  }

  readonly note = ({ answers, sightings, holdUps }: ClientNotice): void => {
    this.#holdUps.push(...holdUps);
    for (const answer of answers) this.#noteAnswer(answer);
    for (const sighting of sightings) this.#noteSighting(sighting);
  };

  /** Two hosts or more have the address. */
  seenTwice(loadBalancer: LoadBalancer, hosts: readonly string[], atMs: number): void {
    const { hosts: known } = this.#line(loadBalancer.id);
    if (hosts.every((host) => known.has(host))) return;
    this.twice += 1;
    for (const host of hosts) this.#serves(loadBalancer, host, atMs);
  }

  #line(id: string): Line {
    const line = this.#lines.get(id) ?? {
      hosts: new Set(),
      lastGoodMs: null,
      longestGapMs: 0,
      sighting: null,
    };
    this.#lines.set(id, line);
    return line;
  }

  #noteAnswer({ id, startedMs, endedMs, ok, detail, kept }: ClientAnswer): void {
    const loadBalancer = this.#loadBalancers.get(id);
    if (loadBalancer === null) return;
    this.requests += 1;
    const atMs = this.#timeline.at(endedMs);
    if (!ok && this.#heldUpMs(startedMs, endedMs) > 0) {
      this.heldUp += 1;
      return;
    }
    if (!ok) {
      if (kept) this.failedKept += 1;
      else this.failed += 1;
      if (!kept && loadBalancer.kind === 'moving') this.leasedFailed += 1;
      const reason = kept ? `${detail} (kept)` : detail;
      this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    }
    if (kept) return;
    const line = this.#line(id);
    if (!ok) {
      // It may have waited for its answer while others that came later were served.
      if (this.#timeline.at(startedMs) <= (line.lastGoodMs ?? 0)) return;
      for (const host of line.hosts) this.#servesNoMore(loadBalancer, host, atMs);
      return;
    }
    const { lastGoodMs } = line;
    if (lastGoodMs !== null) {
      const gapMs = atMs - lastGoodMs - this.#heldUpMs(endedMs - (atMs - lastGoodMs), endedMs);
      line.longestGapMs = Math.max(line.longestGapMs, gapMs);
    }
    line.lastGoodMs = Math.max(lastGoodMs ?? 0, atMs);
    const host = this.#fleet.hosts.find((each) => this.#fleet.networkHost(each).address === detail);
    if (host === undefined) return;
    for (const other of line.hosts) {
      if (other !== host) this.#servesNoMore(loadBalancer, other, atMs);
    }
    this.#serves(loadBalancer, host, atMs);
  }

  /** For how much of this time the clients' own process could not run. */
  #heldUpMs(fromMs: number, toMs: number): number {
    return this.#holdUps.reduce((sumMs, each) => {
      return sumMs + Math.max(0, Math.min(each.toMs, toMs) - Math.max(each.fromMs, fromMs));
    }, 0);
  }

  #noteSighting({ address, mac, atMs: wallMs }: Sighting): void {
    const loadBalancer = this.#loadBalancers.all.find((each) => each.address === address);
    const host = this.#fleet.hosts.find((each) => this.#fleet.networkHost(each).mac === mac);
    if (loadBalancer === undefined || host === undefined) return;
    const atMs = this.#timeline.at(wallMs);
    const line = this.#line(loadBalancer.id);
    const before = line.sighting;
    line.sighting = { host, atMs };
    if (before === null || before.host === host || atMs - before.atMs > sameQuestionMs) return;
    this.seenTwice(loadBalancer, [before.host, host], atMs);
  }

  #serves({ id, kind }: LoadBalancer, host: string, atMs: number): void {
    const { hosts } = this.#line(id);
    if (hosts.has(host)) return;
    hosts.add(host);
    const agent = this.#rebinds.holderOf(id)?.agent ?? '';
    const place = placeName(host, kind);
    this.#timeline.emit({ type: 'served', place, loadBalancer: id, agent, cause: 'call' }, atMs);
  }

  #servesNoMore({ id, kind }: LoadBalancer, host: string, atMs: number): void {
    if (!this.#line(id).hosts.delete(host)) return;
    const place = placeName(host, kind);
    const event = {
      type: 'served',
      place,
      loadBalancer: id,
      agent: null,
      cause: 'trouble',
    } as const;
    this.#timeline.emit(event, atMs);
  }
}
