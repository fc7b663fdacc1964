import {
  type ActorFrame,
  type Batch,
  type ToPage,
  inspectionVersion,
} from '../../../machines/protocol/inspection.ts';

const states = ['bound.settled', 'bound.applying', 'rebinding', 'bound.settled'] as const;
const agents = 50;

type BatchToPage = Extract<ToPage, { type: 'batch' }>;

/** Very many load balancers that never rest. */
export class Throng {
  readonly #size: number;
  #sequence = 0;
  #turn = 0;
  /** How many frames there were so far, without those of `all`. */
  told = 0;
  #atMs = 1_700_000_000_000;

  constructor(size: number) {
    this.#size = size;
  }

  /** All of them, a thousand in a message. */
  all(): BatchToPage[] {
    const messages: BatchToPage[] = [];
    for (let from = 0; from < this.#size; from += 1_000) {
      const frames = Array.from({ length: Math.min(1_000, this.#size - from) }, (_, index) =>
        this.#frame(from + index),
      );
      messages.push(this.#batch(frames));
    }
    return messages;
  }

  /** So many of them have gone a step on. */
  next(steps: number, atMs = this.#atMs + 50): BatchToPage {
    this.#atMs = atMs;
    this.told += steps;
    return this.#batch(
      Array.from({ length: steps }, () => this.#frame((this.#turn++ * 37) % this.#size)),
    );
  }

  #batch(frames: ActorFrame[]): BatchToPage {
    const batch: Batch = {
      version: inspectionVersion,
      node: 'ctl-1',
      role: 'controller',
      life: 'one',
      sequence: ++this.#sequence,
      atMs: this.#atMs,
      frames,
      dropped: 0,
      account: null,
    };
    return { type: 'batch', batch };
  }

  #frame(index: number): ActorFrame {
    const turn = this.#turn + index;
    const to = states[turn % states.length] as string;
    const from = states[(turn + 3) % states.length] as string;
    const agent = `agent-${(index + (turn % 11 === 0 ? 1 : 0)) % agents}`;
    return {
      type: 'actor',
      kind: 'load-balancer',
      id: `lb-${index}`,
      label: `web-${index}`,
      state: to,
      condition: 'running',
      trouble: null,
      context: {
        binding: { agent, incarnation: 1, epoch: turn },
        generation: 1,
        reason: null,
        rejected: [],
      },
      revision: turn,
      steps: [{ atMs: this.#atMs, from, to, event: { type: 'driven.applied', epoch: turn } }],
      merged: 0,
    };
  }
}
