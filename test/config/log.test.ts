import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const fixture = new URL('fixtures/log-secrets.ts', import.meta.url).pathname;

test('a log line has its fields, and never a secret that somebody put among them', async () => {
  const args = ['--import', import.meta.resolve('tsx'), fixture];

  const { stderr } = await promisify(execFile)(process.execPath, args);

  const [line, ...more] = stderr.trimEnd().split('\n');
  expect(more).toEqual([]);
  expect(JSON.parse(line ?? '')).toMatchObject({
    name: 'agent-1',
    msg: 'connected',
    server: 'nats://127.0.0.1',
    seed: '[secret]',
    nats: { nkeySeed: '[secret]', password: '[secret]', user: 'agent' },
  });
  expect(stderr).not.toContain('SUSECRET');
});
