import { entryOf } from '../../../drivers/caddy/entry.ts';
import { isObject } from '../../../drivers/caddy/json.ts';
import { delay } from '../../../machines/ports/clock.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { CaddyStack } from './caddy-stack.ts';

const lookMs = 10;

/** A change of a load balancer's own object, as it came to the appliance. */
export interface SeenWrite {
  readonly holder: string;
  readonly epoch: number;
  /** The newest epoch that the appliance was known to have when this was let go to it. */
  readonly known: number;
  /** What the appliance answered; null: it was carried out or not, and the connection reset. */
  readonly status: number | null;
}

/** Where a change is made to wait; it goes on when the returned promise resolves. */
export interface Waits {
  readonly before: (write: { readonly holder: string; readonly epoch: number }) => Promise<void>;
  readonly after: (write: SeenWrite) => Promise<void>;
}

/**
 * The log of an appliance's only load balancer, made from two sides: the proxy sees each change and the
 * answer to it, and a reader asks the appliance itself, again and again, which epoch it has.
 */
export class EpochLog {
  readonly writes: SeenWrite[] = [];
  /** What must never be: said in words. */
  readonly violations: string[] = [];
  readonly #stack: CaddyStack;
  readonly #id: string;
  #known = 0;
  #reads = 0;
  #isStopped = false;
  readonly #reading: Promise<void>;

  constructor(stack: CaddyStack, id: string, waits: Waits) {
    this.#stack = stack;
    this.#id = id;
    const known = new Map<Buffer, number>();
    stack.proxy.beforeWrite(async (body) => {
      const entry = written(body);
      if (entry !== null) await waits.before(entry);
      known.set(body, this.#known);
    });
    stack.proxy.afterWrite(async (body, status) => {
      const entry = written(body);
      if (entry === null) return;
      const write = { ...entry, known: known.get(body) ?? 0, status };
      known.delete(body);
      this.#note(write);
      await waits.after(write);
    });
    this.#reading = this.#read();
  }

  /** How often the appliance itself has said which epoch it has. */
  get reads(): number {
    return this.#reads;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#reading;
  }

  #note(write: SeenWrite): void {
    this.writes.push(write);
    if (write.status !== 200) return;
    if (write.epoch < write.known) {
      this.violations.push(`a write was accepted after a newer one: ${JSON.stringify(write)}`);
    }
    this.#known = Math.max(this.#known, write.epoch);
  }

  async #read(): Promise<void> {
    while (!this.#isStopped) {
      const before = this.#known;
      // Each change of the appliance resets calls that are on their way, reads too.
      const server = (await this.#stack.device.servers().catch(() => null))?.[this.#id];
      const epoch = server === undefined ? null : (entryOf(server)?.epoch ?? null);
      if (epoch !== null) {
        this.#reads += 1;
        if (epoch < before) {
          this.violations.push(`the appliance had epoch ${before}, and then ${epoch}`);
        }
        this.#known = Math.max(this.#known, epoch);
      }
      await delay(systemClock, lookMs);
    }
  }
}

function written(body: Buffer): { holder: string; epoch: number } | null {
  const server: unknown = JSON.parse(body.toString());
  return isObject(server) ? entryOf(server) : null;
}
