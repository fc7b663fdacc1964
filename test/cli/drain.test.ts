import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from './run-cli.ts';

/** An API that takes the order, and then tells of these agents. */
async function api(agents: readonly object[]): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const lists = request.method === 'GET' ? { agents, loadbalancers: [] } : { agent: agents[0] };
    response.end(JSON.stringify(lists));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const empty = {
  ...{ id: 'agent-1', host: 'host-1', state: 'alive', reason: null, drivers: [], devices: [] },
  ...{ capacity: null, bound_loadbalancers: 0, standby_loadbalancers: 0, incarnation: 1 },
  ...{ since: '2026-01-01T00:00:00Z', cordon: null },
};

test('an agent that is missing from the list is not called drained', async () => {
  const { status, stdout, stderr } = await runCli(['drain', 'agent-1', '--api', await api([])]);

  expect(stdout).not.toContain('is drained');
  expect(stderr).toContain('agent-1 is not among the agents');
  expect(status).toBe(1);
});

test('an agent that holds nothing is drained', async () => {
  const { status, stdout } = await runCli(['drain', 'agent-1', '--api', await api([empty])]);

  expect(stdout).toContain('agent-1 is drained: it holds nothing');
  expect(status).toBe(0);
});
