import type { Clock } from '../../machines/ports/clock.ts';
import type { WitnessAnswer, WitnessAsk } from '../../machines/protocol/witness-messages.ts';
import { RandomStream } from '../../simulator/world/random-streams.ts';
import type { Datagrams } from '../../src/ports/datagrams.ts';
import { SignedPeers } from '../../src/witness/signed-peers.ts';
import { recordingLog } from '../adapters/recording-log.ts';

/** A way for datagrams, real or virtual. */
export interface DatagramWay {
  readonly clock: Clock;
  /** A socket of its own. */
  open(name: string): Promise<Datagrams>;
  /** The address at which the others reach it. */
  addressOf(name: string): string;
  /** Resolves when the condition holds; throws with what was waited for. */
  until(what: string, holds: () => boolean): Promise<void>;
  /** Resolves when everything that was sent so far has surely arrived. */
  quiet(): Promise<void>;
}

export const key = 'a key that both of them have';

/** Two agents, of which the second one is the first one's witness, and whoever listens in between. */
export class PeersBench {
  readonly way: DatagramWay;
  readonly log = recordingLog();
  /** What the witness was asked. */
  readonly asked: WitnessAsk[] = [];
  /** Everything that either of them has sent, as it was on its way. */
  readonly sent: { readonly to: string; readonly data: string }[] = [];
  answer: (ask: WitnessAsk) => WitnessAnswer = ({ incarnation }) => ({
    type: 'promised',
    incarnation,
  });
  #lives = 0;

  constructor(way: DatagramWay) {
    this.way = way;
  }

  /** Another life of an agent, on a socket that it has or opens. */
  async peers(
    agent: string,
    { keys = [key] as readonly [string, ...string[]], socket = agent } = {},
  ): Promise<SignedPeers> {
    const { way, log } = this;
    const datagrams = this.#tapped(await way.open(socket));
    this.#lives += 1;
    const random = new RandomStream(this.#lives, agent);
    const addresses = new Map(['a', 'w'].map((id) => [id, way.addressOf(id)]));
    return new SignedPeers({ agent, datagrams, addresses, keys, clock: way.clock, random, log });
  }

  async witness(keys: readonly [string, ...string[]] = [key]): Promise<SignedPeers> {
    const peers = await this.peers('w', { keys });
    peers.serve((_, ask) => {
      this.asked.push(ask);
      return Promise.resolve(this.answer(ask));
    });
    return peers;
  }

  #tapped(datagrams: Datagrams): Datagrams {
    return {
      ...datagrams,
      send: (to, data) => {
        this.sent.push({ to, data });
        datagrams.send(to, data);
      },
    };
  }
}
