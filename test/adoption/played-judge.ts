import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import {
  type Claim,
  CommandReply,
  Heartbeat,
  Register,
  Strays,
} from '../../machines/protocol/agent-messages.ts';
import { nobody } from '../../machines/protocol/seat.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import type { MemoryBus } from '../../src/adapters/memory-bus.ts';
import { eventually } from '../drivers/support/eventually.ts';

export const shards = 4;
/** Longer than a command takes that has to end a process that hangs. */
const commandTimeoutMs = 20_000;
const commandEveryMs = 100;

/** A record, as controllers keep it. */
export interface PlayedRecord {
  readonly document: LoadBalancerDocument;
  readonly generation: number;
  /** Null where it was deleted for good. */
  readonly holder: { readonly agent: string; readonly host: string } | null;
  epoch: number;
  lastEpoch: number;
}

/** Answers an agent as controllers would, from records that the test has made. */
export class PlayedJudge {
  readonly #bus: MemoryBus;
  readonly #agent: string;
  readonly #records: ReadonlyMap<string, PlayedRecord>;
  #incarnation = 0;
  #claims: readonly Claim[] | null = null;

  constructor(bus: MemoryBus, agent: string, records: readonly PlayedRecord[]) {
    this.#bus = bus;
    this.#agent = agent;
    this.#records = new Map(records.map((record) => [record.document.id, record]));
    const up = (kind: string) => subjects.up(agent, subjects.shardOf(agent, shards), kind);
    bus.subscribe(up('register'), (message) => {
      this.#incarnation = Register.parse(JSON.parse(message.data)).incarnation;
      message.reply(JSON.stringify({ type: 'accepted', term: 1 }));
    });
    bus.subscribe(up('heartbeat'), (message) => {
      const beat = Heartbeat.parse(JSON.parse(message.data));
      this.#claims = beat.claims;
      const { incarnation, sequence } = beat;
      const reply = { type: 'acknowledged', agent, incarnation, sequence, term: 1 };
      message.reply(JSON.stringify(reply));
      for (const claim of beat.claims) this.#answer(claim);
    });
    bus.subscribe(up('strays'), (message) => {
      const asked = Strays.parse(JSON.parse(message.data));
      const known = asked.loadBalancers.flatMap((id) => this.#records.get(id) ?? []);
      const purged = known.filter((each) => each.holder === null).map((each) => each.document.id);
      const epochs = known
        .filter((each) => each.holder !== null)
        .map((each) => ({ loadBalancer: each.document.id, epoch: each.lastEpoch }));
      message.reply(JSON.stringify(asked.epochs === true ? { purged, epochs } : { purged }));
    });
  }

  /** Resolves when all that is the agent's by its record was applied. */
  async driven(): Promise<void> {
    await eventually('the agent has registered', () => this.#incarnation > 0);
    const own = [...this.#records.values()].filter(({ holder }) => holder?.agent === this.#agent);
    await Promise.all(own.map((record) => this.#drive(record)));
  }

  /** Resolves when the agent claims nothing any more. */
  async quiet(): Promise<void> {
    this.#claims = null;
    await eventually('nothing is claimed any more', () => this.#claims?.length === 0, 60_000);
  }

  /** R9: what is held above the record lifts it; then the record is what counts. */
  #answer({ loadBalancer, epoch, removed }: Claim): void {
    const record = this.#records.get(loadBalancer);
    if (removed || record === undefined || record.holder === null) {
      return this.#stand({ loadBalancer, epoch: epoch + 1, holder: nobody });
    }
    if (epoch > record.epoch) this.#rebind(record, epoch);
    const { agent: holder, host } = record.holder;
    return this.#stand({ loadBalancer, epoch: record.epoch, holder, host });
  }

  #stand(standing: object): void {
    this.#bus.publish(subjects.down(this.#agent, 'standing'), JSON.stringify(standing));
  }

  #rebind(record: PlayedRecord, seen: number): void {
    record.lastEpoch = Math.max(record.lastEpoch, seen) + 1;
    record.epoch = record.lastEpoch;
  }

  /** The former incarnation is over: the same agent is bound in place (R10), until it has applied that. */
  async #drive(record: PlayedRecord): Promise<void> {
    this.#rebind(record, 0);
    const { document, generation } = record;
    let last = '';
    const applied = eventually(
      `${document.id} is applied`,
      async () => {
        const command = {
          loadBalancer: document.id,
          epoch: record.epoch,
          incarnation: this.#incarnation,
          generation,
          status: 'live',
          grant: false,
          device: 'haproxy',
          document,
          requestId: null,
        };
        const subject = subjects.down(this.#agent, 'command');
        const text = await this.#bus.request(subject, JSON.stringify(command), commandTimeoutMs);
        const reply = CommandReply.parse(JSON.parse(text));
        if (reply.type === 'fenced') this.#rebind(record, reply.by.epoch);
        last = text;
        return reply.type === 'applied' && reply.epoch === record.epoch;
      },
      60_000,
      commandEveryMs,
    );
    await applied.catch((error: unknown) => {
      throw new Error(`${String(error)}; the last reply was ${last}`);
    });
  }
}
