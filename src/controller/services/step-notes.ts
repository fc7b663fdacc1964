import type { LivenessContext } from '../../../machines/liveness/context.ts';
import { wordsOfLoss } from '../../../machines/load-balancer/changes.ts';
import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';
import type { Log } from '../../../machines/ports/log.ts';
import type { Step } from '../../host/actor-kind.ts';
import type { TransitionRing } from './transition-ring.ts';

/** What the load balancer itself has no reason to remember: its standby has it already. */
const whyOf = (event: LoadBalancerEvent): string | null =>
  event.type === 'agent.lost' ? wordsOfLoss(event) : null;

/** Tells the log and those who follow a controller's transitions of what its own actors do. */
export class StepNotes {
  readonly #ring: TransitionRing;
  readonly #log: Log;

  constructor(ring: TransitionRing, log: Log) {
    this.#ring = ring;
    this.#log = log;
  }

  loadBalancer(step: Step<LoadBalancerContext>, requestId: string | null): void {
    const { id, from, to, event, after } = step;
    if (from === to) return;
    const { binding } = after;
    const { type } = event;
    const reason = after.reason ?? whyOf(event as LoadBalancerEvent);
    this.#ring.note({ kind: 'load-balancer', id, from, to, event: type, binding, reason });
    this.#log.info(
      { loadBalancer: id, from, to, event: type, binding, reason, requestId },
      'load balancer',
    );
  }

  agent({ id, from, to, event, after }: Step<LivenessContext>): void {
    if (from === to) return;
    const { reason } = after;
    this.#ring.note({ kind: 'agent', id, from, to, event: event.type, binding: null, reason });
    this.#log.info({ agent: id, from, to, event: event.type, reason }, 'agent');
  }
}
