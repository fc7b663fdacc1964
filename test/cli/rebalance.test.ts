import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from './run-cli.ts';

const move = { loadbalancer: '7d0f5b1c', from: 'agent-1', to: 'agent-2' };

/** An API whose moves are done one after the other, once a pass was asked for. */
async function api(count: number) {
  let left = count;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const rebalance = { mode: 'off', blocked: null, moves: Array(left).fill(move) };
    if (asked.includes('POST /holdfast/v1/rebalance')) left = Math.max(0, left - 1);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ rebalance }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('rebalance --dry-run shows what would move, and moves nothing', async () => {
  const { url, asked } = await api(1);

  const { stdout } = await runCli(['rebalance', '--dry-run', '--api', url]);

  expect(stdout).toMatch(/^LOAD BALANCER +FROM +TO\n7d0f5b1c +agent-1 +agent-2\n$/);
  expect(asked).toEqual(['GET /holdfast/v1/rebalance']);
});

test('rebalance tells how many are left, until none is', async () => {
  const { url } = await api(3);

  const { status, stdout } = await runCli(['rebalance', '--api', url]);

  expect(status).toBe(0);
  expect(stdout).toBe(
    '2 load balancers to move\n1 load balancer to move\nNo agent holds too many.\n',
  );
});
