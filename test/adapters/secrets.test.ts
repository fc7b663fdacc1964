import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secretLengthMax, type Secrets } from '../../machines/ports/secrets.ts';
import { MemorySecrets } from '../../src/adapters/memory-secrets.ts';
import { systemSecrets } from '../../src/adapters/system-secrets.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-secrets-'));
});
afterAll(() => rm(directory, { recursive: true }));

const path = () => join(directory, 'token');
const refused = (secrets: Secrets, reference: string): Promise<string> =>
  secrets.read(reference).then(
    () => 'it was read',
    (error: Error) => error.message,
  );

/** What is put there, and the reference by which it is read. */
type Put = (text: string) => Promise<{ secrets: Secrets; reference: string }>;

const memory: Put = async (text) => {
  const secrets = new MemorySecrets();
  secrets.put('file:/token', text);
  return { secrets, reference: 'file:/token' };
};
const inFile: Put = async (text) => {
  await writeFile(path(), text, { mode: 0o600 });
  return { secrets: systemSecrets({}), reference: `file:${path()}` };
};
const inEnvironment: Put = async (text) => {
  return { secrets: systemSecrets({ TOKEN: text }), reference: 'env:TOKEN' };
};

describe.each([
  ['in memory', memory],
  ['in a file', inFile],
  ['in the environment', inEnvironment],
])('a secret %s', (_, put) => {
  test.each([
    ['s3cret', 's3cret'],
    ['s3cret\n', 's3cret'],
    [' with spaces \r\n', ' with spaces '],
    ['x'.repeat(secretLengthMax), 'x'.repeat(secretLengthMax)],
  ])('is read without its end of line', async (text, secret) => {
    const { secrets, reference } = await put(text);
    expect(await secrets.read(reference)).toBe(secret);
  });

  test.each([
    ['\n', 'is empty'],
    ['x'.repeat(secretLengthMax + 1), `is longer than ${secretLengthMax} characters`],
    ['x'.repeat(10 * secretLengthMax), `is longer than ${secretLengthMax} characters`],
  ])('that can be none is refused by its reference, and not told', async (text, words) => {
    const { secrets, reference } = await put(text);
    const message = await refused(secrets, reference);
    expect(message).toContain(`${reference} ${words}`);
    // Its name is drawn, and may have two of them.
    expect(message.replaceAll(reference, '')).not.toContain('xx');
  });
});

test('a file is read as it is now', async () => {
  const { secrets, reference } = await inFile('old');
  expect(await secrets.read(reference)).toBe('old');
  await writeFile(path(), 'new');
  expect(await secrets.read(reference)).toBe('new');
});

test.each([0o640, 0o604, 0o660])(
  'a file of mode %i, which others can read, is refused',
  async (mode) => {
    const { secrets, reference } = await inFile('s3cret');
    await chmod(path(), mode);
    const message = await refused(secrets, reference);
    await chmod(path(), 0o600);
    expect(message).toBe(
      `${reference} holds a secret and has mode ${mode.toString(8)}; it must be 600`,
    );
  },
);

test('what is not there is named', async () => {
  const secrets = systemSecrets({});
  expect(await refused(secrets, 'file:/nowhere/token')).toMatch(
    /^file:\/nowhere\/token .*no such file/,
  );
  expect(await refused(secrets, `file:${directory}`)).toBe(`file:${directory} is no file`);
  expect(await refused(secrets, 'env:NOBODY')).toMatch(/^env:NOBODY .*no such variable/);
});

test.each(['s3cret', 'file:relative', 'file:', 'env:', 'env:A-B', 'env:1A', 'https://vault'])(
  'a reference that is none is not repeated, since it may be the secret itself: %s',
  async (reference) => {
    for (const secrets of [systemSecrets({}), new MemorySecrets()]) {
      const message = await refused(secrets, reference);
      expect(message).toMatch(
        /^a reference to a secret is to be file:<absolute path> or env:<NAME>/,
      );
    }
  },
);
