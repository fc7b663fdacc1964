import type { AgentDescription } from '../../machines/liveness/context.ts';
import type { Cancellation } from '../../machines/ports/cancellation.ts';
import { type MonotonicMs, pause } from '../../machines/ports/clock.ts';
import { RegisterReply } from '../../machines/protocol/agent-messages.ts';
import { backoffMs } from '../../machines/timings/backoff.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { call } from '../messaging/endpoint.ts';
import type { Bus } from '../ports/bus.ts';
import { Reach, type ReachOptions } from './reach.ts';

export interface RegistrationOptions extends ReachOptions {
  readonly agent: string;
  readonly description: Omit<AgentDescription, 'devices' | 'edition'>;
  readonly incarnation: () => number;
  readonly subject: string;
  readonly bus: Bus;
  readonly timings: Timings;
}

/** What came of asking until there was an answer; `sentAt`: when the accepted question was asked. */
export type Registered =
  | { readonly type: 'accepted'; readonly sentAt: MonotonicMs; readonly term: number }
  | Extract<RegisterReply, { type: 'ended' }>;

/** How an agent gets on its judge's record: who it is, and which devices it reaches. */
export class Registration {
  readonly #options: RegistrationOptions;
  readonly #reach: Reach;
  /** What was asked for last, as text, and how often it has changed. */
  #asked = '';
  #edition = 0;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#reach = new Reach(options);
  }

  /** Asks until the judge has accepted this incarnation, or ended it; null with the signal. */
  async register(signal: Cancellation): Promise<Registered | null> {
    const { agent, clock, timings, log } = this.#options;
    await this.#reach.begin();
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const sentAt = clock.monotonicMs();
      try {
        const reply = await this.#ask();
        if (reply.type === 'accepted') return { ...reply, sentAt };
        if (reply.type === 'ended') return reply;
        log.error({ agent, reason: reply.reason }, 'the judge refuses this agent');
      } catch (error) {
        log.debug({ agent, error: String(error) }, 'not registered yet');
      }
      await pause(clock, backoffMs(attempt, timings.retryMs, timings.retryMaxMs), signal);
    }
    return null;
  }

  /**
   * Looks after the devices until the signal, and registers them anew when it reaches others. Heartbeats go
   * on meanwhile, because they need no store; what fails is tried again with the next look.
   */
  watch(signal: Cancellation): Promise<void> {
    return this.#reach.watch(signal, async () => {
      const { agent, log } = this.#options;
      try {
        const { type } = await this.#ask();
        // Whatever else it is, the next heartbeat is told as well.
        if (type !== 'accepted') log.debug({ agent, type }, 'what is reached was not told');
      } catch (error) {
        log.debug({ agent, error: String(error) }, 'what is reached was not told');
      }
    });
  }

  /** Is the device in reach, as far as was told? */
  reaches(device: string): boolean {
    return this.#reach.devices().some((one) => one.device === device && one.lost === null);
  }

  async #ask(): Promise<RegisterReply> {
    const { agent, bus, subject, timings, description } = this.#options;
    const incarnation = this.#options.incarnation();
    const devices = this.#reach.devices();
    const asked = JSON.stringify(devices);
    if (asked !== this.#asked) this.#edition += 1;
    this.#asked = asked;
    const edition = this.#edition;
    const request = { agent, incarnation, description: { ...description, devices, edition } };
    // Without an answer, it may yet arrive.
    this.#reach.told(null);
    const reply = await call(bus, subject, request, RegisterReply, timings.ackTimeoutMs * 4);
    if (reply.type === 'accepted') this.#reach.told(devices);
    return reply;
  }
}
