import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { presets } from '../../machines/timings/timings.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { systemRandom as random } from '../../src/adapters/system-random.ts';
import { openUdpDatagrams } from '../../src/adapters/udp-datagrams.ts';
import { ConfigError } from '../../src/config/load.ts';
import { freePort } from '../../src/nats-server/free-port.ts';
import { startWitnessing } from '../../src/processes/witnessing.ts';
import { SignedPeers } from '../../src/witness/signed-peers.ts';

const timings = presets.local;
const key = 'a key for tests that nobody has to guess';
const soonMs = 5_000;
const enrol = { type: 'enrol', incarnation: 7, forMs: timings.lapseMs } as const;
const ask = { type: 'promise', incarnation: 7 } as const;

let root: string;
let keyFile: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hf-witness-'));
  keyFile = join(root, 'witness.key');
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 });
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A witness on a disk of its own, and an agent that asks it. NATS is nowhere. */
async function bench() {
  const directory = await mkdtemp(join(root, 'w-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const start = async () => {
    const context = { agent: 'w', directory, log: silentLog, timings };
    const witness = await startWitnessing({ keyFile, listen, peers: [] }, context);
    onTestFinished(() => witness.close());
    return witness;
  };
  const datagrams = await openUdpDatagrams(`127.0.0.1:${await freePort()}`, silentLog);
  const addresses = new Map([['w', listen]]);
  const log = silentLog;
  const asker = new SignedPeers({
    agent: 'a',
    datagrams,
    addresses,
    keys: [key],
    clock,
    random,
    log,
  });
  onTestFinished(() => asker.close());
  const answer = async (...[asked]: [typeof ask | typeof enrol]) =>
    (await asker.ask('w', asked, soonMs)).type;
  return { start, listen, answer, notes: join(directory, 'witness.jsonl') };
}

describe('an agent’s process, as a witness', () => {
  test('answers while NATS is out of reach, and knows whose witness it is when it is started again', async () => {
    const { start, answer } = await bench();
    const first = await start();
    expect(await answer(ask)).toBe('stranger');
    expect(await answer(enrol)).toBe('enrolled');
    expect(await answer(ask)).toBe('promised');
    await first.close();

    await start();

    expect(await answer(ask)).toBe('promised');
  });

  test('believes nothing of notes that are damaged, and keeps no key there', async () => {
    const { start, answer, notes } = await bench();
    const first = await start();
    await answer(enrol);
    await first.close();
    expect(await readFile(notes, 'utf8')).not.toContain(key);
    await appendFile(notes, '{"key":"a","value":"{\\"enr');

    await start();

    expect(await answer(ask)).toBe('stranger');
    expect(await answer(enrol)).toBe('enrolled');
  });

  test('does not start where another process has its address', async () => {
    const { start, listen } = await bench();
    await start();
    const error: unknown = await start().catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('agent.witnesses.listen');
    expect((error as Error).message).toContain(listen.split(':')[1]);
  });

  test('does not start without its keys', async () => {
    const directory = await mkdtemp(join(root, 'w-'));
    const missing = join(directory, 'no.key');
    const context = { agent: 'w', directory, log: silentLog, timings };
    const start = startWitnessing({ keyFile: missing, listen: '127.0.0.1:1', peers: [] }, context);

    await expect(start).rejects.toThrow(/^agent\.witnesses\.keyFile: .*no\.key/);
  });
});
