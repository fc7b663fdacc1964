import { join } from 'node:path';
import type { Driver } from '../../drivers/contract/driver.ts';
import { guarded } from '../../drivers/contract/guarded.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { presets } from '../../machines/timings/timings.ts';
import { FileJournal } from '../../src/adapters/file-journal.ts';
import { systemRandom } from '../../src/adapters/system-random.ts';
import { Devices } from '../../src/agent/devices.ts';
import { benchDocument } from './driver-places.ts';
import { sharedClock as clock } from './shared-clock.ts';

/** More at once than devices are ever asked for. */
const fillAtOnce = 4;

/**
 * The load balancers that one agent holds on one device: its state machines, its journal on the disk, its
 * circuit breaker, its watch over the device, and its driver. Edits are commanded as by a controller, but not
 * over NATS.
 */
export class AgentLoad {
  readonly #driver: Driver;
  readonly #devices: Devices;
  readonly #journal: FileJournal;
  /** Those that no command is under way for; the one that rested longest comes first. */
  readonly #idle: number[] = [];
  readonly #generations: number[];
  /** Edits that came and were not begun yet, by when they came. */
  readonly #waiting: number[] = [];
  #underWay = 0;
  /** How long each edit took that is done, from when it came. */
  readonly tookMs: number[] = [];
  #failure: Error | null = null;

  private constructor(driver: Driver, directory: string, held: number) {
    const isShared = driver.descriptor.devices === 'shared';
    this.#driver = isShared
      ? guarded(driver, { clock, random: systemRandom, log: silentLog })
      : driver;
    this.#generations = Array.from({ length: held }, () => 0);
    this.#journal = new FileJournal({ path: join(directory, 'journal.jsonl'), log: silentLog });
    this.#devices = new Devices({
      clock,
      log: silentLog,
      timings: presets.local,
      journal: this.#journal,
      counters: { unexpected: 0 },
      drivers: new Map([['device', this.#driver]]),
      damaged: () => undefined,
      health: { note: () => undefined, forget: () => undefined },
    });
  }

  /** Resolves when all of them are on the device. */
  static async start(driver: Driver, directory: string, held: number): Promise<AgentLoad> {
    const load = new AgentLoad(driver, directory, held);
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < held) {
        const index = next;
        next += 1;
        await load.#command(index);
        load.#idle.push(index);
      }
    };
    await Promise.all(Array.from({ length: fillAtOnce }, worker));
    return load;
  }

  /** Edits that came and are not done. */
  get backlog(): number {
    return this.#waiting.length + this.#underWay;
  }

  /** An edit comes, of whichever load balancer is at rest; it waits where none is. Throws if one has failed. */
  edit(): void {
    if (this.#failure !== null) throw this.#failure;
    this.#waiting.push(clock.monotonicMs());
    this.#begin();
  }

  /** Of the driver others take care. */
  async stop(): Promise<void> {
    this.#devices.stop();
    await this.#journal.close();
  }

  #begin(): void {
    const index = this.#waiting.length === 0 ? undefined : this.#idle.shift();
    const cameMs = index === undefined ? undefined : this.#waiting.shift();
    if (index === undefined || cameMs === undefined) return;
    this.#underWay += 1;
    void this.#command(index)
      .then(() => this.tookMs.push(clock.monotonicMs() - cameMs))
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.#underWay -= 1;
        this.#idle.push(index);
        this.#begin();
      });
  }

  async #command(index: number): Promise<void> {
    const generation = (this.#generations[index] ?? 0) + 1;
    this.#generations[index] = generation;
    const document = benchDocument(index, generation);
    const reply = await this.#devices.driven(document.id, this.#driver).command({
      loadBalancer: document.id,
      epoch: 1,
      incarnation: 1,
      generation,
      status: 'live',
      grant: false,
      device: this.#driver.descriptor.name,
      document,
      requestId: null,
    });
    if (reply.type !== 'applied') {
      throw new Error(`an edit was not applied: ${JSON.stringify(reply)}`);
    }
  }
}
