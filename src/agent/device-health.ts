import { isDeepStrictEqual } from 'node:util';
import type { Health } from '../../drivers/contract/health.ts';
import type { DeviceDifference } from '../../drivers/contract/driver.ts';
import type { OperatingReport } from '../../machines/model/status.ts';

/** How the traffic of a load balancer fares, and what is wrong with its device, if anything is. */
export interface Told {
  readonly operating: OperatingReport;
  readonly reason: string | null;
  /** Whoever waits for its command is told the same by the reply, which then goes on record. */
  readonly answered: boolean;
}

/** What is passed on of a driver's words. */
const reasonCharactersMax = 4_000;

/** What is known of one device's traffic: what an apply found, and what its driver has seen since. */
export class DeviceHealth {
  readonly #id: string;
  readonly #health: Health | undefined;
  readonly #tell: (told: Told) => void;
  #operating: OperatingReport | null = null;
  #reason: string | null = null;
  /** What a person has changed, while that is left so. */
  #difference: DeviceDifference | null = null;
  #unwatch: (() => void) | null = null;

  /** `health`: its driver's, if that has any. */
  constructor(id: string, health: Health | undefined, tell: (told: Told) => void) {
    this.#id = id;
    this.#health = health;
    this.#tell = tell;
  }

  /** Null before anything was applied. */
  get operating(): OperatingReport | null {
    return this.#operating;
  }

  /** An apply has found this, and so all is well with the device. */
  found(operating: OperatingReport): void {
    this.#operating = operating;
    this.#reason = null;
    this.#difference = null;
  }

  tellFound(answered: boolean): void {
    this.#say(answered);
  }

  /** What ran is gone, or is not what it should be: nobody can tell how its traffic fares. */
  down(reason: string): void {
    if (this.#operating !== null) this.#operating = { ...this.#operating, loadBalancer: 'ERROR' };
    this.trouble(reason);
  }

  /** A call has failed. What runs may go on as it did, so the statuses stand. */
  trouble(reason: string): void {
    this.#reason = reason.slice(0, reasonCharactersMax);
    this.#say(false);
  }

  /** Somebody has changed what runs, or has put it back, and that is left so. */
  differs(difference: DeviceDifference): void {
    this.#difference = difference.reason === null ? null : difference;
    this.#say(false);
  }

  /** From now on changes are seen; does nothing while they are already. */
  watch(): void {
    if (this.#unwatch !== null || this.#health === undefined) return;
    let isOver = false;
    const unwatch = this.#health.watch(this.#id, (operating) => {
      if (isOver || isDeepStrictEqual(operating, this.#operating)) return;
      this.#operating = operating;
      this.#say(false);
    });
    this.#unwatch = () => {
      isOver = true;
      unwatch();
    };
  }

  unwatch(): void {
    this.#unwatch?.();
    this.#unwatch = null;
  }

  #say(answered: boolean): void {
    const operating = this.#operating;
    if (operating === null) return;
    const difference = this.#difference;
    if (difference?.reason == null) {
      this.#tell({ operating, reason: this.#reason, answered });
      return;
    }
    const reason = this.#reason ?? difference.reason.slice(0, reasonCharactersMax);
    // Its statuses are those of what was applied, and not of what somebody has made of it.
    const asFound = difference.running && operating.loadBalancer !== 'ERROR';
    const loadBalancer = asFound ? 'DEGRADED' : 'ERROR';
    this.#tell({ operating: { ...operating, loadBalancer }, reason, answered });
  }
}
