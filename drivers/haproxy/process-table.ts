import path from 'node:path';
import type { Clock, MonotonicMs } from '../../machines/ports/clock.ts';
import { processIds } from './proc.ts';
import { type Running, servedConfig, type Site } from './site.ts';

/** A look through all processes of a busy host takes some time, and serves those who ask soon after. */
const lookEveryMs = 1_000;

/** The processes of all load balancers of this host, whoever started them. */
export class ProcessTable {
  readonly #clock: Clock;
  #lookedAt: MonotonicMs | null = null;
  /** By the directory of the contents that their configuration lies in. */
  #pids = new Map<string, number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Those of one load balancer that still live: a pid that was used again is not among them. */
  of(site: Site): readonly Running[] {
    const now = this.#clock.monotonicMs();
    if (this.#lookedAt === null || now - this.#lookedAt >= lookEveryMs) this.#look(now);
    return (this.#pids.get(site.contentsPath) ?? []).flatMap((pid) => site.identify(pid) ?? []);
  }

  #look(now: MonotonicMs): void {
    this.#lookedAt = now;
    this.#pids = new Map();
    for (const pid of processIds()) {
      const config = servedConfig(pid);
      if (config === null) continue;
      const contents = path.dirname(path.dirname(config));
      const known = this.#pids.get(contents);
      if (known === undefined) this.#pids.set(contents, [pid]);
      else known.push(pid);
    }
  }
}
