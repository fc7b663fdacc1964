import type { Clock } from '../../machines/ports/clock.ts';
import { type CommandMessage, CommandReply } from '../../machines/protocol/agent-messages.ts';
import { CommandBatchReply, commandsAtOnceMax } from '../../machines/protocol/command-batch.ts';
import type { Seat } from '../../machines/protocol/seat.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import { call } from '../messaging/endpoint.ts';
import { type Bus, NoResponders } from '../ports/bus.ts';

export interface CommandsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly timings: Pick<Timings, 'commandTimeoutMs'>;
}

interface Waiting {
  readonly command: CommandMessage;
  readonly resolve: (reply: CommandReply) => void;
  readonly reject: (error: unknown) => void;
}

/** Sends commands to agents. Rejects as `call` does: what came of the command is unknown then. */
export class Commands {
  readonly #options: CommandsOptions;
  /** What leaves with the next message, by agent. */
  readonly #waiting = new Map<string, Waiting[]>();

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
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(seat.agent) ?? [];
      waiting.push({ command, resolve, reject });
      if (waiting.length === commandsAtOnceMax) this.#flush(seat.agent);
      else if (waiting.length === 1) {
        this.#waiting.set(seat.agent, waiting);
        this.#options.clock.setTimer(0, () => {
          if (this.#waiting.get(seat.agent) === waiting) this.#flush(seat.agent);
        });
      }
    });
  }

  #flush(agent: string): void {
    const batch = this.#waiting.get(agent) ?? [];
    this.#waiting.delete(agent);
    this.#together(agent, batch).catch((error: unknown) => {
      for (const { reject } of batch) reject(error);
    });
  }

  async #together(agent: string, batch: readonly Waiting[]): Promise<void> {
    const replies = batch.length > 1 ? await this.#replies(agent, batch) : [];
    for (const [index, { command, resolve, reject }] of batch.entries()) {
      const reply = replies[index] ?? null;
      if (reply !== null && reply.type !== 'underway') resolve(reply);
      else this.send({ agent }, command).then(resolve, reject);
    }
  }

  /** None from an agent that can't read so many at once, as one of an older version can't. */
  async #replies(agent: string, batch: readonly Waiting[]): Promise<CommandBatchReply['replies']> {
    const { bus, timings } = this.#options;
    const subject = subjects.down(agent, 'commands');
    const message = { commands: batch.map(({ command }) => command) };
    try {
      const { commandTimeoutMs } = timings;
      return (await call(bus, subject, message, CommandBatchReply, commandTimeoutMs)).replies;
    } catch (error) {
      if (error instanceof NoResponders) return [];
      throw error;
    }
  }
}
