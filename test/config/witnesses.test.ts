import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { witnessesMax } from '../../machines/protocol/witness-messages.ts';
import { checkConfig } from '../../src/config/load.ts';
import { sharedKeyMin, sharedKeysIn } from '../../src/processes/secret-file.ts';

const peer = (index: number) => ({ agent: `edge-${index}`, address: `10.0.0.${index}:7946` });
const witnesses = {
  keyFile: '/etc/holdfast/witness.key',
  listen: '10.0.0.1:7946',
  peers: [peer(2), peer(3), peer(4)],
};
const settings = (changes: object) => ({
  agent: { id: 'edge-1', witnesses: { ...witnesses, ...changes } },
});

describe('an agent’s witnesses', () => {
  test('are none where nobody names any', () => {
    expect(checkConfig({}).agent.witnesses).toBeNull();
  });

  test('are other agents, and where they listen', () => {
    expect(checkConfig(settings({})).agent.witnesses).toEqual(witnesses);
    const { peers } = checkConfig(settings({ peers: [] })).agent.witnesses ?? {};
    expect(peers).toEqual([]);
  });

  test.each([
    ['itself', { peers: [peer(1)] }, 'agent.witnesses.peers: an agent can not be its own witness'],
    ['one twice', { peers: [peer(2), peer(2)] }, 'each agent may be named once'],
    [
      'one by a name that somebody has to be asked for',
      { peers: [{ agent: 'edge-2', address: 'edge-2.example:7946' }] },
      'give an IP address and a port, such as 192.0.2.1:7946',
    ],
    ['no port', { listen: '10.0.0.1' }, 'agent.witnesses.listen: give an IP address and a port'],
    [
      'more promises than peers',
      { promises: 4 },
      'agent.witnesses.promises: there are not so many',
    ],
    ['no key', { keyFile: undefined }, 'agent.witnesses.keyFile'],
    ['something unknown', { denials: 2 }, 'known here: keyFile, listen, peers, promises'],
  ])('can not be: %s', (_, changes, words) => {
    expect(() => checkConfig(settings(changes))).toThrow(words);
  });

  test('are so many, and no more', () => {
    const peers = (count: number) => Array.from({ length: count }, (_, index) => peer(index + 2));

    expect(checkConfig(settings({ peers: peers(witnessesMax) })).agent.witnesses).toBeTruthy();
    expect(() => checkConfig(settings({ peers: peers(witnessesMax + 1) }))).toThrow('peers');
  });
});

describe('the keys that agents share', () => {
  let file: string;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'hf-keys-'));
    file = join(directory, 'witness.key');
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const written = async (text: string, mode = 0o600): Promise<string> => {
    await writeFile(file, text);
    await chmod(file, mode);
    return file;
  };
  const long = 'k'.repeat(sharedKeyMin);

  test('stand one on a line, and the first one signs', async () => {
    expect(await sharedKeysIn(await written(`${long}\n\n  ${long}2\n`))).toEqual([
      long,
      `${long}2`,
    ]);
  });

  test.each([
    ['is empty', '\n', 0o600],
    ['holds a short key', `${long}\n${long.slice(1)}\n`, 0o600],
    ['may be read by others', long, 0o640],
  ])('are refused where their file %s, and nothing of them is told', async (_, text, mode) => {
    const path = await written(text, mode);

    const error: unknown = await sharedKeysIn(path).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(path);
    expect((error as Error).message).not.toContain('kkk');
  });
});
