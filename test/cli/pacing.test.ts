import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from './run-cli.ts';

const agent = { agent: 'agent-1', in_flight: 64, waiting: 12, takeovers_waiting: 2 };
const pacing = { commands_in_flight_max: 64, agents: [{ ...agent, waits_ms: 3_000 }] };

async function api() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ pacing }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('pacing says how many commands are under way and wait, and what to do', async () => {
  const { url } = await api();

  const { status, stdout } = await runCli(['pacing', '--api', url]);

  expect(status).toBe(0);
  expect(stdout).toMatch(/^AGENT +UNDER WAY +WAITING +TAKEOVERS +FOR\nagent-1 +64 +12 +2 +3s\n/);
  expect(stdout).toContain('holdfast pacing release');
});

test('pacing release names the agent', async () => {
  const { url, asked } = await api();

  const { stdout } = await runCli(['pacing', 'release', 'agent-1', '--api', url]);

  expect(asked).toEqual(['POST /holdfast/v1/pacing/release?agent=agent-1']);
  expect(stdout).toBe('What waited for its turn at agent-1 is sent now.\n');
});
