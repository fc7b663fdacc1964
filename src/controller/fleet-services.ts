import * as subjects from '../../machines/protocol/subjects.ts';
import type { AgentView, Fleet } from '../api/services.ts';
import type { FleetView } from './fleet-view.ts';
import { callOwner, type OwnerCallOptions } from './owner-call.ts';
import type { Projection } from './projection.ts';

export interface FleetServicesOptions extends OwnerCallOptions {
  readonly shards: number;
  readonly fleet: FleetView;
  readonly projection: Projection;
}

/** Agents for the API: what operators want of them goes to their judge. */
export class FleetServices implements Fleet {
  readonly #options: FleetServicesOptions;

  constructor(options: FleetServicesOptions) {
    this.#options = options;
  }

  agents(): readonly AgentView[] {
    return this.#options.fleet.views();
  }

  cordon(agent: string, { draining }: { draining: boolean }): Promise<void> {
    return this.#ask(agent, 'cordon', { draining });
  }

  uncordon(agent: string): Promise<void> {
    return this.#ask(agent, 'uncordon', {});
  }

  #ask(agent: string, verb: string, request: object): Promise<void> {
    const { shards, projection } = this.#options;
    return callOwner(this.#options, {
      subject: subjects.agent(subjects.shardOf(agent, shards), agent, verb),
      request,
      shown: (revision, timeoutMs) => projection.liveness.reached(revision, timeoutMs),
      // Its judge has only just become that, and has not heard of it.
      meaning: ({ status }) =>
        status === 404 && projection.liveness.raw(agent) !== null ? 'passing' : 'final',
    });
  }
}
