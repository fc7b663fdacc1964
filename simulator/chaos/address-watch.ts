import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Timer } from '../../machines/ports/clock.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Fleet } from './fleet.ts';
import type { LoadBalancers } from './load-balancers.ts';
import type { Timeline } from './timeline.ts';
import type { TrafficWatch } from './traffic-watch.ts';

const lookEveryMs = 40;
/** Executes a program that gets a signal when its parent dies; part of util-linux. */
const setpriv = '/usr/bin/setpriv';

/**
 * Which hosts have which addresses, by the word of their kernels, many times a second: whoever has an address
 * answers for it, and requests and questions once a second would miss what is short.
 */
export class AddressWatch {
  /** For how long two hosts had one address, over all load balancers, as far as these looks tell. */
  twiceMs = 0;
  readonly #witnesses: ReadonlyMap<string, ChildProcess>;
  readonly #loadBalancers: LoadBalancers;
  readonly #traffic: TrafficWatch;
  readonly #timeline: Timeline;
  #lookedMs: number;
  #timer: Timer;

  constructor(
    fleet: Fleet,
    loadBalancers: LoadBalancers,
    traffic: TrafficWatch,
    timeline: Timeline,
  ) {
    this.#loadBalancers = loadBalancers;
    this.#traffic = traffic;
    this.#timeline = timeline;
    this.#lookedMs = timeline.nowMs;
    this.#witnesses = new Map(fleet.hosts.map((host) => [host, witnessOn(fleet, host)]));
    this.#timer = systemClock.setTimer(lookEveryMs, this.#lookAgain);
  }

  stop(): void {
    systemClock.clearTimer(this.#timer);
    for (const witness of this.#witnesses.values()) witness.kill('SIGKILL');
  }

  readonly #lookAgain = (): void => {
    this.#look();
    this.#timer = systemClock.setTimer(lookEveryMs, this.#lookAgain);
  };

  #look(): void {
    const { nowMs } = this.#timeline;
    const sinceMs = nowMs - this.#lookedMs;
    this.#lookedMs = nowMs;
    const owned = [...this.#witnesses].map(([host, { pid }]) => ({
      host,
      has: localAddresses(pid),
    }));
    for (const loadBalancer of this.#loadBalancers.all) {
      const { address } = loadBalancer;
      const hosts = owned.filter(({ has }) => has.has(address)).map(({ host }) => host);
      if (hosts.length < 2) continue;
      this.twiceMs += sinceMs;
      this.#traffic.seenTwice(loadBalancer, hosts, nowMs);
    }
  }
}

/** A process that does nothing but be on the host: what it is shown of the network is the host's. */
function witnessOn(fleet: Fleet, host: string): ChildProcess {
  const bound = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];
  const [first, ...rest] = [...bound, 'sleep', '86400'];
  const [program, ...args] = fleet.network.on(fleet.networkHost(host), first, ...rest);
  const witness = spawn(program, args, { stdio: 'ignore' });
  if (witness.pid !== undefined) fleet.spared.add(witness.pid);
  return witness;
}

function localAddresses(pid: number | undefined): ReadonlySet<string> {
  let table: string;
  try {
    table = readFileSync(`/proc/${pid}/net/fib_trie`, 'utf8');
  } catch {
    // It has only just been started, or has ended.
    return new Set();
  }
  const pattern = /\|-- (\d+\.\d+\.\d+\.\d+)\n\s+\/32 host LOCAL/g;
  return new Set([...table.matchAll(pattern)].map(([, address]) => address ?? ''));
}
