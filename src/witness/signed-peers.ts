import type { Clock, Timer } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import type { Random } from '../../machines/ports/random.ts';
import type { WitnessAnswer, WitnessAsk } from '../../machines/protocol/witness-messages.ts';
import type { Datagrams } from '../ports/datagrams.ts';
import { type AskEnvelope, type Envelope, opened, sealed } from './envelope.ts';
import { witnessedMax } from './witness.ts';

/** Thrown where a witness has not answered in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface SignedPeersOptions {
  /** Whose process this is. */
  readonly agent: string;
  readonly datagrams: Datagrams;
  /** Where the witnesses of this agent listen. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The first one signs, and each is believed: so they are replaced one after the other. */
  readonly keys: readonly [string, ...string[]];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** How often strangers' datagrams are told of. */
const complainEveryMs = 60_000;

interface Pending {
  readonly witness: string;
  readonly ask: WitnessAsk;
  readonly timer: Timer;
  /** Was the life of who is asked told to it? Once is enough: then somebody else tells it again. */
  isTold: boolean;
  resolve(answer: WitnessAnswer): void;
}

interface Newest {
  readonly incarnation: number;
  readonly sequence: number;
}

/**
 * Questions and answers between agents and witnesses, each signed with a key that all of them share. What
 * is not signed is dropped without a word. A question is heard once: it names the process that is asked, and
 * is newer than the one before; an answer counts for the question that it names.
 */
export class SignedPeers {
  readonly #options: SignedPeersOptions;
  readonly #life: string;
  readonly #lives = new Map<string, string>();
  readonly #pending = new Map<string, Pending>();
  /** The newest question of each agent that was heard. */
  readonly #newest = new Map<string, Newest>();
  #sequence = 0;
  #dropped = 0;
  #strange = 0;
  #complainedAt = Number.NEGATIVE_INFINITY;
  #handle: ((agent: string, ask: WitnessAsk) => Promise<WitnessAnswer>) | null = null;

  constructor(options: SignedPeersOptions) {
    this.#options = options;
    this.#life = options.random.uuid();
    options.datagrams.listen((data, from) => this.#arrived(data, from));
  }

  /** How many datagrams were no business of this agent's: strangers', garbled ones, or old ones. */
  get dropped(): number {
    return this.#dropped;
  }

  /** From now on this agent is a witness of others. */
  serve(handle: (agent: string, ask: WitnessAsk) => Promise<WitnessAnswer>): void {
    this.#handle = handle;
  }

  /** Rejects with {@link NoAnswer}. */
  ask(witness: string, ask: WitnessAsk, withinMs: number): Promise<WitnessAnswer> {
    const { clock, random } = this.#options;
    const nonce = random.uuid();
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(withinMs, () => {
        this.#pending.delete(nonce);
        reject(new NoAnswer(`${witness} has not answered within ${withinMs} ms`));
      });
      this.#pending.set(nonce, { witness, ask, timer, isTold: false, resolve });
      this.#send(nonce, witness, ask);
    });
  }

  async close(): Promise<void> {
    for (const { timer } of this.#pending.values()) this.#options.clock.clearTimer(timer);
    this.#pending.clear();
    await this.#options.datagrams.close();
  }

  #send(nonce: string, witness: string, ask: WitnessAsk): void {
    const { agent, addresses } = this.#options;
    const address = addresses.get(witness);
    if (address === undefined) throw new Error(`${witness} is no witness of ${agent}`);
    this.#sequence += 1;
    const life = this.#lives.get(witness) ?? null;
    const sequence = this.#sequence;
    this.#post(address, { kind: 'ask', from: agent, to: witness, nonce, life, sequence, ask });
  }

  #post(address: string, envelope: Envelope): void {
    const { datagrams, keys } = this.#options;
    datagrams.send(address, sealed(envelope, keys));
  }

  #arrived(data: string, address: string): void {
    const { keys, agent } = this.#options;
    const envelope = opened(data, keys);
    if (envelope === null || envelope.to !== agent) return this.#complain(address);
    if (envelope.kind === 'ask') this.#asked(envelope, address);
    else this.#answered(envelope);
  }

  #asked(envelope: AskEnvelope, address: string): void {
    const { agent, log } = this.#options;
    const { from, nonce, ask } = envelope;
    if (this.#handle === null) return this.#drop();
    const head = { from: agent, to: from, nonce };
    if (envelope.life !== this.#life) {
      this.#post(address, { kind: 'life', ...head, life: this.#life });
      return;
    }
    if (!this.#isNew(envelope)) return this.#drop();
    this.#handle(from, ask).then(
      (answer) => this.#post(address, { kind: 'answer', ...head, answer }),
      (error: unknown) => log.error({ agent: from, err: error }, 'a witness could not answer'),
    );
  }

  #isNew({ from, sequence, ask: { incarnation } }: AskEnvelope): boolean {
    const newest = this.#newest.get(from);
    if (newest === undefined && this.#newest.size >= witnessedMax) return false;
    const isOld =
      newest !== undefined &&
      (incarnation < newest.incarnation ||
        (incarnation === newest.incarnation && sequence <= newest.sequence));
    if (!isOld) this.#newest.set(from, { incarnation, sequence });
    return !isOld;
  }

  #answered(envelope: Exclude<Envelope, AskEnvelope>): void {
    const { from, nonce } = envelope;
    const pending = this.#pending.get(nonce);
    // It may have been given up meanwhile; or somebody sends it again.
    if (pending === undefined || pending.witness !== from) return this.#drop();
    if (envelope.kind === 'life') {
      if (pending.isTold) return this.#drop();
      pending.isTold = true;
      this.#lives.set(from, envelope.life);
      this.#send(nonce, from, pending.ask);
      return;
    }
    if (envelope.answer.incarnation !== pending.ask.incarnation) return this.#drop();
    this.#pending.delete(nonce);
    this.#options.clock.clearTimer(pending.timer);
    pending.resolve(envelope.answer);
  }

  /** It comes late or twice, as datagrams do; or it was kept by somebody, to be sent once more. */
  #drop(): void {
    this.#dropped += 1;
  }

  #complain(address: string): void {
    this.#drop();
    this.#strange += 1;
    const { clock, log } = this.#options;
    if (clock.monotonicMs() - this.#complainedAt < complainEveryMs) return;
    this.#complainedAt = clock.monotonicMs();
    const what = { from: address, strange: this.#strange };
    log.warn(what, 'a datagram that nobody signed for this agent was dropped');
  }
}
