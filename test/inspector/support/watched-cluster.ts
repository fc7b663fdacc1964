import type { Batch } from '../../../machines/protocol/inspection.ts';
import { Batch as BatchSchema } from '../../../machines/protocol/inspection.ts';
import { History } from '../../../src/inspector/gateway/history.ts';
import { LiveFeed } from '../../../src/inspector/gateway/live-feed.ts';
import { InspectedWorld } from '../../../src/inspector/model/world.ts';
import {
  inspectedAgent,
  inspectedController,
  type InspectionRules,
} from '../../../src/inspector/tap/inspected.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { recordingLog } from '../../adapters/recording-log.ts';
import { type AgentSpec, Cluster } from '../../controller/support/cluster.ts';

/** Someone who looks: what he was told, and what he makes of it. */
export interface Looker {
  readonly batches: readonly Batch[];
  readonly world: InspectedWorld;
  readonly statuses: readonly boolean[];
  leave(): void;
}

/** Controllers and agents with their taps, and a gateway in front of them. */
export class WatchedCluster extends Cluster {
  rules: InspectionRules = { tap: true, sends: false };
  readonly gatewayLog = recordingLog();
  readonly feed: LiveFeed;
  readonly gatewayBus;

  constructor(timings: Partial<Timings> = {}, sends = true) {
    super(timings);
    this.newController = (given) => inspectedController(given, this.rules, 'test').controller;
    this.newAgent = (given) => inspectedAgent(given, this.rules).agent;
    this.gatewayBus = this.broker.connect('inspector');
    this.feed = new LiveFeed({
      ...{ bus: this.gatewayBus, clock: this.clock, log: this.gatewayLog, sends },
      history: new History(),
    });
  }

  static override async with(agents: readonly (string | AgentSpec)[]): Promise<WatchedCluster> {
    const cluster = new WatchedCluster();
    await cluster.startController();
    for (const agent of agents) await cluster.startAgent(agent);
    return cluster;
  }

  /** Looks on from now on. */
  look(): Looker {
    const batches: Batch[] = [];
    const statuses: boolean[] = [];
    const world = new InspectedWorld();
    const leave = this.feed.attach({
      batch: (batch, text) => {
        const told = batch ?? BatchSchema.parse(JSON.parse(text));
        batches.push(told);
        world.apply(told);
      },
      caughtUp: () => undefined,
      status: (connected) => statuses.push(connected),
    });
    return { batches, world, statuses, leave };
  }
}
