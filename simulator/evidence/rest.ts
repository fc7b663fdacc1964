import { Heartbeat } from '../../machines/protocol/agent-messages.ts';
import type { Observer } from '../world/events.ts';
import { Renewals } from './renewals.ts';

/** How long nothing must have happened for a world to be at rest. */
export const restMs = 5_000;

/** Remembers the last sign of unrest: a step, a write, a call to the device, something left to claim. */
export class Rest {
  readonly #core: () => readonly string[];
  readonly #renewals = new Renewals();
  #last = { atMs: 0, what: 'nothing', loadBalancer: '' };

  /** `core`: whose claims count. An agent that hears nothing claims for ever. */
  constructor(core: () => readonly string[]) {
    this.#core = core;
  }

  get last(): { readonly atMs: number; readonly what: string; readonly loadBalancer: string } {
    return this.#last;
  }

  readonly observer: Observer = (event, atMs) => {
    if (event.type === 'device') {
      const { agent, kind, epoch, lb } = event.entry;
      this.#last = { atMs, what: `${agent} ${kind} epoch ${epoch}`, loadBalancer: lb };
    } else if (event.type === 'stored') {
      // Authority is prolonged for as long as anything is served under a lease.
      if (event.bucket === 'shards' && this.#renewals.note(event.change)) return;
      const { key } = event.change;
      this.#last = { atMs, what: `a write of ${key} in ${event.bucket}`, loadBalancer: key };
    } else if (event.type === 'transition') {
      // A suspicion is not on record for as long as it takes to ask the suspect.
      const { id, to } = event.transition;
      this.#last = { atMs, what: `${id} is ${to}`, loadBalancer: id };
    } else if (event.type === 'sent' && event.subject.endsWith('.heartbeat')) {
      // Most heartbeats claim nothing, and need not be read to know that.
      if (event.data.includes('"claims":[]')) return;
      const [claim] = Heartbeat.parse(JSON.parse(event.data)).claims;
      if (claim === undefined || !this.#core().includes(event.from)) return;
      const { loadBalancer, epoch } = claim;
      this.#last = { atMs, what: `${event.from} claims epoch ${epoch}`, loadBalancer };
    }
  };
}
