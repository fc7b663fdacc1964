import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import { ApiClient } from '../client/api-client.ts';
import { Endings } from '../processes/endings.ts';
import { loopbackPool, Stack } from '../up/stack.ts';
import { freePort } from '../nats-server/free-port.ts';
import { startBackend } from './backends.ts';
import { loadBalancerRequest } from './load-balancer-request.ts';
import { endServingProcesses } from './serving-processes.ts';

export interface DemoSystem {
  /** As that of `holdfast up`. */
  readonly directory: string;
  /** What a person can do with it. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

const agents = 3;
const loadBalancers = 12;

/** A whole system on this machine, with load balancers that carry traffic to one real server. */
export async function startDemoSystem(parts: {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<DemoSystem> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-inspect-'));
  const endings = new Endings();
  const close = () => endings.end();
  endings.add(() => rm(directory, { recursive: true, force: true }));
  try {
    const backend = await startBackend('inspected');
    endings.add(() => backend.close());
    // What carries traffic outlives its agents.
    endings.add(() => endServingProcesses(directory, parts.clock));
    const stack = await Stack.start({
      ...parts,
      ...{ directory, agents, apiPort: 0, preset: 'local', drivers: { haproxy: {} } },
      logLevel: 'warn',
      natsBinary: process.env['HOLDFAST_NATS_SERVER'] ?? 'nats-server',
      restart: true,
      output: 'inherit',
    });
    endings.add(() => stack.stop());
    const api = new ApiClient(stack.apiUrl);
    const port = await freePort();
    for (let number = 1; number <= loadBalancers; number += 1) {
      await api.post(
        '/v2.0/lbaas/loadbalancers',
        loadBalancerRequest({
          ...{ name: `shop-${number}`, provider: 'haproxy', subnetId: loopbackPool.subnetId, port },
          members: [{ address: '127.0.0.1', protocol_port: backend.port }],
        }),
      );
    }
    return { directory, lines: linesOf(stack), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function linesOf(stack: Stack): string[] {
  const pids = [...stack.agents].map(([id, { pid }]) => `${id} ${pid ?? 'is starting'}`).join(', ');
  return [
    `a system of its own: ${agents} agents, ${loadBalancers} load balancers, the API at ${stack.apiUrl}`,
    `to see a failover, kill an agent; it is started again: ${pids}`,
  ];
}
