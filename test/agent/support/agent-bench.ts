import type { Driver } from '../../../drivers/contract/driver.ts';
import { memoryDriver } from '../../../drivers/memory/driver.ts';
import { MemoryDevice } from '../../../drivers/memory/device.ts';
import {
  Heartbeat,
  type HeartbeatReply,
  Register,
} from '../../../machines/protocol/agent-messages.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import { presets } from '../../../machines/timings/timings.ts';
import { RandomStream } from '../../../simulator/world/random-streams.ts';
import { MemoryBroker } from '../../../src/adapters/memory-bus.ts';
import { MemoryJournal } from '../../../src/adapters/memory-journal.ts';
import { Agent } from '../../../src/agent/agent.ts';
import { recordingLog } from '../../adapters/recording-log.ts';
import { loadBalancerDocument } from '../../fixtures/documents.ts';
import { Virtual } from '../../host/support/virtual.ts';

const shards = 4;

/** An agent whose judge is played by the test. */
export class AgentBench {
  readonly virtual = new Virtual();
  readonly broker = new MemoryBroker(this.virtual.clock, { delayMs: () => 1 });
  readonly judge = this.broker.connect('controller/judge');
  /** How long a save takes. */
  saveMs = 0;
  readonly journal = new MemoryJournal(this.virtual.clock, { delayMs: () => this.saveMs });
  readonly appliance = new MemoryDevice({ clock: this.virtual.clock });
  readonly registered: Register[] = [];
  readonly beats: Heartbeat[] = [];
  readonly bus = this.broker.connect('agent/agent-1/5');
  readonly agent: Agent;
  /** What the judge answers; null means that it says nothing. */
  answer: (beat: Heartbeat) => HeartbeatReply | null = (beat) => this.acknowledge(beat);

  constructor(
    change: (driver: Driver, appliance: MemoryDevice, clock: Clock) => Driver = (driver) => driver,
  ) {
    const { clock } = this.virtual;
    this.agent = new Agent({
      id: 'agent-1',
      description: { host: 'host-1', zone: null, capacity: null, addresses: [], version: 'test' },
      incarnation: 5,
      bus: this.bus,
      journal: this.journal,
      drivers: new Map([
        ['memory', change(memoryDriver(this.appliance, 'agent-1'), this.appliance, clock)],
      ]),
      clock,
      random: new RandomStream(1, 'agent-1'),
      log: recordingLog(),
      timings: presets.lan,
      restart: () => undefined,
      shards,
    });
    const up = (kind: string) => subjects.up('agent-1', subjects.shardOf('agent-1', shards), kind);
    this.judge.subscribe(up('register'), (message) => {
      this.registered.push(Register.parse(JSON.parse(message.data)));
      message.reply(JSON.stringify({ type: 'accepted', term: 1 }));
    });
    this.judge.subscribe(up('heartbeat'), (message) => {
      const beat = Heartbeat.parse(JSON.parse(message.data));
      this.beats.push(beat);
      const reply = this.answer(beat);
      if (reply !== null) message.reply(JSON.stringify(reply));
    });
  }

  static async serving(): Promise<AgentBench> {
    const bench = new AgentBench();
    bench.agent.start();
    await bench.reach('serving');
    return bench;
  }

  acknowledge(beat: Heartbeat, change: object = {}): HeartbeatReply {
    const { agent, incarnation, sequence } = beat;
    return { type: 'acknowledged', agent, incarnation, sequence, term: 1, ...change };
  }

  reach(state: string): Promise<void> {
    return this.virtual.until(`the agent is ${state}`, () => this.agent.state === state, 60_000);
  }

  /** A command of the judge; resolves to the reply. */
  async command(change: object = {}): Promise<unknown> {
    const document = loadBalancerDocument();
    const command = {
      loadBalancer: document.id,
      epoch: 1,
      incarnation: this.agent.incarnation,
      generation: 1,
      status: 'live',
      grant: false,
      device: 'memory',
      document,
      requestId: null,
      ...change,
    };
    const subject = subjects.down('agent-1', 'command');
    const asked = this.judge.request(subject, JSON.stringify(command), 5_000);
    return JSON.parse(await this.virtual.settled(asked)) as unknown;
  }
}
