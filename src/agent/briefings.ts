import type { Briefing, Command, CommandMessage } from '../../machines/protocol/agent-messages.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';

/** How many characters of documents an agent keeps that it does not drive yet. */
export const briefedCharactersMax = 64 * 1024 * 1024;

interface Briefed {
  readonly write: string;
  readonly document: LoadBalancerDocument;
  readonly characters: number;
}

/**
 * What an agent would be commanded if it took over, as controllers have told it ahead of time. It is kept until another
 * document is commanded, or room is needed for newer ones; what is not known any more is sent with the command.
 */
export class Briefings {
  readonly #charactersMax: number;
  /** By load balancer, the oldest first. */
  readonly #known = new Map<string, Briefed>();
  #characters = 0;

  constructor(charactersMax = briefedCharactersMax) {
    this.#charactersMax = charactersMax;
  }

  take({ loadBalancer, write, document }: Briefing, characters: number): void {
    this.#forget(loadBalancer);
    this.#known.set(loadBalancer, { write, document, characters });
    this.#characters += characters;
    for (const [oldest] of this.#known) {
      if (this.#characters <= this.#charactersMax) return;
      this.#forget(oldest);
    }
  }

  /** The command with its document; null where that was left out and is not known here. */
  whole(message: CommandMessage): Command | null {
    const { briefed, ...command } = message;
    if (command.document !== null) {
      this.#forget(command.loadBalancer);
      return { ...command, document: command.document };
    }
    const known = this.#known.get(command.loadBalancer);
    if (known === undefined || known.write !== briefed) return null;
    return { ...command, document: known.document };
  }

  #forget(loadBalancer: string): void {
    this.#characters -= this.#known.get(loadBalancer)?.characters ?? 0;
    this.#known.delete(loadBalancer);
  }
}
