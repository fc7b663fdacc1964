import { type Gathered, Gathering } from '../../../machines/gathering.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import { type CommandMessage, CommandReply } from '../../../machines/protocol/agent-messages.ts';
import { CommandBatchReply, commandsAtOnceMax } from '../../../machines/protocol/command-batch.ts';
import type { Seat } from '../../../machines/protocol/seat.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { call } from '../../messaging/endpoint.ts';
import { type Bus, NoResponders } from '../../ports/bus.ts';

export interface CommandsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly timings: Pick<Timings, 'commandTimeoutMs'>;
}

type Batch = readonly Gathered<CommandMessage, CommandReply>[];

/** Sends commands to agents. Rejects as `call` does: what came of the command is unknown then. */
export class Commands {
  readonly #options: CommandsOptions;
  /** What leaves with the next message, by agent. */
  readonly #gatherings = new Map<string, Gathering<CommandMessage, CommandReply>>();

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  send({ agent }: Pick<Seat, 'agent'>, command: CommandMessage): Promise<CommandReply> {
    const { bus, timings } = this.#options;
    const subject = subjects.down(agent, 'command');
    return call(bus, subject, command, CommandReply, timings.commandTimeoutMs);
  }

  /**
   * The same, with others to this agent in one message: whoever takes over one takes over many. One that carries its
   * document goes by itself, because no message could hold many of these.
   */
  sendTogether(seat: Pick<Seat, 'agent'>, command: CommandMessage): Promise<CommandReply> {
    if (command.document !== null) return this.send(seat, command);
    let gathering = this.#gatherings.get(seat.agent);
    if (gathering === undefined) {
      gathering = new Gathering(this.#options.clock, commandsAtOnceMax, (batch) => {
        this.#gatherings.delete(seat.agent);
        return this.#together(seat.agent, batch);
      });
      this.#gatherings.set(seat.agent, gathering);
    }
    return gathering.ask(command);
  }

  async #together(agent: string, batch: Batch): Promise<void> {
    const replies = batch.length > 1 ? await this.#replies(agent, batch) : [];
    for (const [index, { asked, resolve, reject }] of batch.entries()) {
      const reply = replies[index] ?? null;
      if (reply !== null && reply.type !== 'underway') resolve(reply);
      else this.send({ agent }, asked).then(resolve, reject);
    }
  }

  /** None from an agent that can't read so many at once, as one of an older version can't. */
  async #replies(agent: string, batch: Batch): Promise<CommandBatchReply['replies']> {
    const { bus, timings } = this.#options;
    const subject = subjects.down(agent, 'commands');
    const message = { commands: batch.map(({ asked }) => asked) };
    try {
      const { commandTimeoutMs } = timings;
      return (await call(bus, subject, message, CommandBatchReply, commandTimeoutMs)).replies;
    } catch (error) {
      if (error instanceof NoResponders) return [];
      throw error;
    }
  }
}
