import { execFile } from 'node:child_process';
import { Agent, request } from 'node:http';
import { answerCalls } from '../../../simulator/chaos/remote.ts';

/** Clients on one host of the network; they try nothing again, and count what failed. */
interface Tally {
  served: number;
  failures: Record<string, number>;
  longestMs: number;
}

const requestTimeoutMs = 8_000;
const pauseMs = 5;
let stopped = false;
let tally: Tally = { served: 0, failures: {}, longestMs: 0 };
let clients: Promise<void>[] = [];

function ask(host: string, port: number, agent: Agent | false): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host, port, agent, timeout: requestTimeoutMs }, (response) => {
      response.resume();
      response.on('end', () =>
        resolve(response.statusCode === 200 ? '' : `status ${response.statusCode}`),
      );
      response.on('error', (error) => resolve(error.message));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', (error) => resolve(error.message));
    asked.end();
  });
}

async function client(host: string, port: number, keepAlive: boolean): Promise<void> {
  const agent = keepAlive ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
  while (!stopped) {
    const startedAt = performance.now();
    const failure = await ask(host, port, agent);
    tally.longestMs = Math.max(tally.longestMs, performance.now() - startedAt);
    if (failure === '') tally.served += 1;
    else tally.failures[failure] = (tally.failures[failure] ?? 0) + 1;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  if (agent !== false) agent.destroy();
}

let watching: Promise<void> | null = null;
let watched = true;
let sightings: string[][] = [];

/** The hardware addresses of all hosts that answer when everybody is asked for the address. */
function whoAnswers(address: string): Promise<string[]> {
  const arping = process.env['HOLDFAST_ARPING'] ?? 'arping';
  return new Promise((resolve) => {
    const asked = ['-b', '-c', '1', '-w', '1', '-I', 'eth0', address];
    // It fails where nobody answers, and that is an answer.
    execFile(arping, asked, (_, said) => {
      const macs = [...said.matchAll(/\[([0-9A-F:]+)\]/g)].map(([, mac]) => mac!.toLowerCase());
      resolve([...new Set(macs)]);
    });
  });
}

async function watch(address: string): Promise<void> {
  while (watched) sightings.push(await whoAnswers(address));
}

answerCalls({
  start(host: string, port: number, { keepAlive, fresh }: { keepAlive: number; fresh: number }) {
    stopped = false;
    tally = { served: 0, failures: {}, longestMs: 0 };
    clients = [
      ...Array.from({ length: keepAlive }, () => client(host, port, true)),
      ...Array.from({ length: fresh }, () => client(host, port, false)),
    ];
  },
  tally: () => tally,
  async stop() {
    stopped = true;
    await Promise.all(clients);
    return tally;
  },
  ask: (host: string, port: number) => ask(host, port, false),
  whoAnswers,
  watch(address: string) {
    watched = true;
    sightings = [];
    watching = watch(address);
  },
  async sightings() {
    watched = false;
    await watching;
    return sightings;
  },
});
