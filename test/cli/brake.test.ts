import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from './run-cli.ts';

const off = { engaged: false, since: null, reason: null, hosts_gone: [], hosts: 4 };
const on = {
  engaged: true,
  since: '2026-01-02T00:00:00.000Z',
  reason: '2 of 4 hosts went at once (host-1, host-2)',
  hosts_gone: ['host-1', 'host-2'],
  hosts: 4,
};

/** An API that tells this of the brake until that is released. */
async function api(brake: object) {
  let told = brake;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === 'POST') told = off;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ brake: told }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('brake says what is held back, why, and what to do', async () => {
  const { url } = await api(on);

  const { status, stdout } = await runCli(['brake', '--api', url]);

  expect(status).toBe(0);
  expect(stdout).toContain(
    'The storm brake is on since 2026-01-02T00:00:00.000Z: 2 of 4 hosts went at once (host-1, host-2).',
  );
  expect(stdout).toContain('holdfast brake release');
});

test('brake says that it is off, and who is not heard of', async () => {
  const { url } = await api({ ...off, hosts_gone: ['host-3'] });

  const { stdout } = await runCli(['brake', '--api', url]);

  expect(stdout).toBe(
    'The storm brake is off: no verdict is held back. 4 hosts, not heard of: host-3.\n',
  );
});

test.each([
  ['lets the verdicts pass', on, 'The storm brake is released', 'POST /holdfast/v1/brake/release'],
  ['has nothing to do where it is off', off, 'nothing to release', 'GET /holdfast/v1/brake'],
])('brake release %s', async (_, brake, words, last) => {
  const { url, asked } = await api(brake);

  const { status, stdout } = await runCli(['brake', 'release', '--api', url]);

  expect([status, stdout]).toEqual([0, expect.stringContaining(words)]);
  expect(asked.at(-1)).toBe(last);
});
