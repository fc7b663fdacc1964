import { join } from 'node:path';
import type { Log } from '../../machines/ports/log.ts';
import { type WitnessSet, witnessSet } from '../../machines/protocol/witness-messages.ts';
import { FileJournal } from '../adapters/file-journal.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { openUdpDatagrams } from '../adapters/udp-datagrams.ts';
import { Lease, type LeaseOptions } from '../agent/lease.ts';
import { ConfigError, type LoadedConfig } from '../config/load.ts';
import type { Bus, Subscription } from '../ports/bus.ts';
import { SignedPeers } from '../witness/signed-peers.ts';
import { Vouching } from '../witness/vouching.ts';
import { Witness } from '../witness/witness.ts';
import { attendAgents, attendJudges } from '../witness/witness-desk.ts';
import { sharedKeysIn } from './secret-file.ts';

/** An agent's peers: it is a witness of others, and has witnesses itself. */
export interface Witnessing {
  /** Its own witnesses; undefined where it has none. */
  readonly witnesses: WitnessSet | undefined;
  readonly lease: (options: LeaseOptions) => Lease;
  /** Judges may ask it, too. */
  attendJudges(bus: Bus): void;
  close(): Promise<void>;
}

type Configured = NonNullable<LoadedConfig['agent']['witnesses']>;

/**
 * Listens for peers, and is their witness from now on, also while NATS is out of reach. Throws a
 * {@link ConfigError} where it can't.
 */
export async function startWitnessing(
  { keyFile, listen, peers: own, promises }: Configured,
  context: {
    readonly agent: string;
    /** The agent's own directory. */
    readonly directory: string;
    readonly log: Log;
    readonly timings: LoadedConfig['timings'];
  },
): Promise<Witnessing> {
  const { agent, directory, log, timings } = context;
  const at = async <T>(setting: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ConfigError(`agent.witnesses.${setting}: ${why}`);
    }
  };
  const keys = await at('keyFile', sharedKeysIn(keyFile));
  const datagrams = await at('listen', openUdpDatagrams(listen, log));
  const addresses = new Map(own.map(({ agent: id, address }) => [id, address]));
  const peers = new SignedPeers({ agent, datagrams, addresses, keys, clock, random, log });
  const path = join(directory, 'witness.jsonl');
  const journal = new FileJournal({ path, log, whole: true });
  const witness = new Witness({ journal, clock, log, lapseMs: timings.lapseMs });
  await attendAgents(peers, witness);
  let desk: Subscription | null = null;
  const witnesses = own.length === 0 ? undefined : witnessSet([...addresses.keys()], promises);
  const ask = peers.ask.bind(peers);
  return {
    witnesses,
    lease: (options) => {
      if (witnesses === undefined) return new Lease(options);
      return new Lease({
        ...options,
        vouching: new Vouching({ ...options, timings, witnesses, ask }),
      });
    },
    attendJudges: (bus) => {
      desk = attendJudges({ agent, bus, witness, log });
    },
    close: async () => {
      desk?.unsubscribe();
      await peers.close();
      await journal.close();
    },
  };
}
