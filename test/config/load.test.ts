import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presets } from '../../machines/timings/timings.ts';
import { apartGroupsMax } from '../../src/config/schema.ts';
import { ConfigError, loadConfig } from '../../src/config/load.ts';
import { parts } from '../../src/setup/parts.mjs';

let directory: string;
let files = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hf-config-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function fileWith(text: string): Promise<string> {
  files += 1;
  const file = join(directory, `config-${files}.yaml`);
  await writeFile(file, text);
  return file;
}

interface Settings {
  readonly text?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly overrides?: object;
}

async function load({ text, environment = {}, overrides = {} }: Settings) {
  const file = text === undefined ? null : await fileWith(text);
  return loadConfig({ file, environment, overrides });
}

/** The error's words, with the file's name as FILE. */
async function complaint(settings: Settings): Promise<string> {
  const error: unknown = await load(settings).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  return (error as Error).message.replaceAll(join(directory, `config-${files}.yaml`), 'FILE');
}

const tags = (count: number): string =>
  Array.from({ length: count }, (_, index) => `{ tag: t${index} }`).join(', ');

describe('settings', () => {
  test('have defaults for everything', async () => {
    const config = await load({});

    expect(config).toMatchObject({ preset: 'lan', timings: presets.lan, shards: 64 });
    expect(config.agent).toMatchObject({ id: 'agent-1', drivers: { haproxy: {} } });
    expect(config.controller.api).toMatchObject({ host: '127.0.0.1', port: 9876 });
  });

  test('name a strategy of placement and groups that are kept apart', async () => {
    const text =
      'controller: { placement: { strategy: least-loaded, apart: [{ tag: web, required: true }, { tag: db }] } }';

    const { placement } = (await load({ text })).controller;

    expect(placement).toEqual({
      strategy: 'least-loaded',
      apart: [
        { tag: 'web', required: true },
        { tag: 'db', required: false },
      ],
    });
  });

  test.each([
    ['{ strategy: fair }', /placement\.strategy: give one of rendezvous, least-loaded, chance/],
    ['{ apart: [{ tag: a }, { tag: a }] }', /placement\.apart: each tag may be named once/],
    ['{ apart: [{ tag: "" }] }', /placement\.apart\.0\.tag: /],
    [`{ apart: [${tags(apartGroupsMax + 1)}] }`, /placement\.apart: .*64/],
  ])('refuse the placement %s', async (placement, words) => {
    expect(await complaint({ text: `controller: { placement: ${placement} }` })).toMatch(words);
  });

  test(`take as many as ${apartGroupsMax} groups`, async () => {
    const text = `controller: { placement: { apart: [${tags(apartGroupsMax)}] } }`;

    expect((await load({ text })).controller.placement.apart).toHaveLength(apartGroupsMax);
  });

  test('of an empty file are the defaults', async () => {
    expect(await load({ text: '# nothing yet\n' })).toEqual(await load({}));
  });

  test('come from the file, then from the environment, then from the command line', async () => {
    const text = 'agent: { id: from-file, zone: north, capacity: 5 }';
    const environment = { HOLDFAST_AGENT__ID: 'from-env', HOLDFAST_AGENT__CAPACITY: '7' };

    const config = await load({ text, environment, overrides: { agent: { id: 'from-line' } } });

    expect(config.agent).toMatchObject({ id: 'from-line', capacity: 7, zone: 'north' });
  });

  test('of the environment can be lists, null and nested', async () => {
    const config = await load({
      environment: {
        HOLDFAST_NATS__SERVERS: '[nats://10.0.0.1:4222, nats://10.0.0.2:4222]',
        HOLDFAST_NATS__SEED_FILE: 'null',
        HOLDFAST_CONTROLLER__API__ADDRESS_POLICY__DENY: '[10.0.0.0/8]',
      },
    });

    expect(config.nats.servers).toEqual(['nats://10.0.0.1:4222', 'nats://10.0.0.2:4222']);
    expect(config.nats.seedFile).toBeNull();
    expect(config.controller.api.addressPolicy.deny).toEqual(['10.0.0.0/8']);
  });

  test('replace single timings of a preset', async () => {
    const text = 'preset: strict\ntimings: { placementDeadlineMs: 1234 }';

    const { timings } = await load({ text });

    expect(timings).toEqual({ ...presets.strict, placementDeadlineMs: 1234 });
  });

  test('leave variables with a meaning of their own alone', async () => {
    const environment = { HOLDFAST_CONFIG: 'x', HOLDFAST_HAPROXY: 'y', HOLDFAST_API: 'z' };

    expect(await load({ environment })).toEqual(await load({}));
  });

  test('leave out the variables of the test run, which its processes inherit', async () => {
    const environment = {
      HOLDFAST_LONG: '1',
      HOLDFAST_NO_SKIPS: '1',
      HOLDFAST_FIRST_SEED: '20261129',
    };

    expect(await load({ environment })).toEqual(await load({}));
  });

  test('leave out the variable of every program that the set-up may find or fetch', async () => {
    const named = Object.values(parts).map(({ variable }) => [variable, '/usr/bin/x'] as const);

    expect(await load({ environment: Object.fromEntries(named) })).toEqual(await load({}));
  });
});

describe('a complaint names where, what and what would be right:', () => {
  test('a file that is not there', async () => {
    const file = join(directory, 'none.yaml');

    const loading = loadConfig({ file, environment: {} });

    await expect(loading).rejects.toThrow(ConfigError);
    await expect(loading).rejects.toThrow(
      `${file}: the configuration can't be read: there is no such file`,
    );
  });

  test.each<[string, string, RegExp]>([
    ['broken YAML', 'agent:\n  id: [', /^FILE: .*line \d/],
    ['a list', '- agent', /^FILE: it must be a mapping of sections such as "agent:"/],
    ['a word', 'agent', /^FILE: it must be a mapping/],
    ['a section twice', 'shards: 1\nshards: 2\n', /^FILE: Map keys must be unique at line 2/],
    [
      'an unknown section',
      'agnet: {}',
      /^FILE: agnet: there is no such setting; known here: .*agent/,
    ],
    [
      'an unknown key',
      'agent: { ID: x }',
      /^FILE: agent\.ID: there is no such setting; known here: id, stateDir/,
    ],
    [
      'an unknown key deep down',
      'controller: { api: { addressPolicy: { permit: [] } } }',
      /^FILE: controller\.api\.addressPolicy\.permit: .*known here: allow, deny/,
    ],
    ['a wrong type', 'agent: { capacity: many }', /^FILE: agent\.capacity: expected .*string/],
    ['a section that is none', 'agent: 5', /^FILE: agent: expected object/],
    ['an id with a space', 'agent: { id: a b }', /^FILE: agent\.id: .*1 to 63 of a-z, 0-9 and -/],
    ['an unknown preset', 'preset: moon', /^FILE: preset: .*"local"\|"lan"\|"strict"\|"wan"/],
    [
      'a server of another kind',
      'nats: { servers: [http://x] }',
      /^FILE: nats\.servers\.0: .*nats/,
    ],
    ['no server', 'nats: { servers: [] }', /^FILE: nats\.servers: /],
    ['two replicas', 'nats: { replicas: 2 }', /^FILE: nats\.replicas: .*1.*3.*5/],
    [
      'a port out of range',
      'controller: { api: { port: 65536 } }',
      /^FILE: controller\.api\.port: /,
    ],
    ['a negative time', 'timings: { leaseMs: -1 }', /^FILE: timings\.leaseMs: /],
    [
      'an unknown time',
      'timings: { leaseS: 1 }',
      /^FILE: timings\.leaseS: .*known here: .*leaseMs/,
    ],
    [
      'timings that can not work together',
      'timings: { leaseMs: 100 }',
      /^FILE: these timings can't work together:\n {2}heartbeatMs .* < leaseMs: an agent whose/,
    ],
  ])('%s', async (_, text, words) => {
    expect(await complaint({ text })).toMatch(words);
  });

  test('each of several', async () => {
    const lines = (await complaint({ text: 'shards: 0\nagent: { zone: 5 }' })).split('\n');

    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^FILE: shards: /);
    expect(lines[1]).toMatch(/^FILE: agent\.zone: /);
  });
});

describe('a complaint about the environment names the variable:', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['an unknown one', { HOLDFAST_AGNET__ID: 'x' }, /^HOLDFAST_AGNET__ID: agnet: there is no such/],
    [
      'an unknown key',
      { HOLDFAST_AGENT__NAME: 'x' },
      /^HOLDFAST_AGENT__NAME: agent\.name: .*known here: id/,
    ],
    ['a wrong value', { HOLDFAST_AGENT__ID: 'A B' }, /^HOLDFAST_AGENT__ID: agent\.id: /],
    ['a wrong type', { HOLDFAST_SHARDS: 'many' }, /^HOLDFAST_SHARDS: shards: expected number/],
    ['text that is no YAML', { HOLDFAST_NATS__SERVERS: '[nats://x' }, /^HOLDFAST_NATS__SERVERS: /],
    [
      'a time that breaks a relation',
      { HOLDFAST_TIMINGS__LEASE_MS: '100' },
      /^HOLDFAST_TIMINGS__LEASE_MS: these timings can't work together/,
    ],
  ])('%s', async (_, environment, words) => {
    expect(await complaint({ text: 'shards: 8', environment })).toMatch(words);
  });

  test('a section that is none', async () => {
    const message = await complaint({
      text: 'agent: 5',
      environment: { HOLDFAST_AGENT__ID: 'x' },
    });

    expect(message).toBe('HOLDFAST_AGENT__ID: agent is no section, so nothing can be set in it');
  });

  test('and the file for what is not its own', async () => {
    const message = await complaint({
      text: 'agent: { zone: 5 }',
      environment: { HOLDFAST_AGENT__ID: 'x' },
    });

    expect(message).toMatch(/^FILE: agent\.zone: /);
  });
});
