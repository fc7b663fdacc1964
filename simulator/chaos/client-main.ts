import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import type {
  ClientAnswer,
  ClientNotice,
  ClientOptions,
  HoldUp,
  Sighting,
  Target,
} from './answers.ts';
import { answerCalls } from './remote.ts';

/**
 * Clients of all load balancers of a run, in a process on a host of their own. They try nothing again. For
 * each load balancer there are requests on new connections, sent by the clock, and one client that keeps its
 * connection. Beside that, everybody is asked each second who has the address.
 */
const tellEveryMs = 100;
/** A timer that is so late says that this process could not run. */
const heldUpMs = 400;
const keptPauseMs = 50;

let answers: ClientAnswer[] = [];
let sightings: Sighting[] = [];
let holdUps: HoldUp[] = [];
let isStopped = false;
let running: Promise<unknown>[] = [];
let watchers: ChildProcess[] = [];

function ask(
  { id, address, port }: Target,
  agent: Agent | false,
  patienceMs: number,
): Promise<ClientAnswer> {
  const startedMs = clock.wallMs();
  return new Promise((resolve) => {
    const tell = (ok: boolean, detail: string): void =>
      resolve({ id, startedMs, endedMs: clock.wallMs(), ok, detail, kept: agent !== false });
    const asked = request({ host: address, port, agent });
    // For the request as a whole: a connection that nobody answers has no timeout of its own.
    const timer = clock.setTimer(patienceMs, () => asked.destroy(new Error('no answer in time')));
    asked.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () => tell(response.statusCode === 200, body.trim()));
      response.on('error', (error) => tell(false, error.message));
    });
    asked.on('error', (error) => tell(false, error.message));
    asked.on('close', () => clock.clearTimer(timer));
    asked.end();
  });
}

const pause = (forMs: number): Promise<void> =>
  new Promise((resolve) => void clock.setTimer(forMs, resolve));

/** Sent by the clock, not by the last answer: a slow answer must not thin out the load. */
async function askAnew(target: Target, { everyMs, patienceMs }: ClientOptions): Promise<void> {
  const open = new Set<Promise<unknown>>();
  while (!isStopped) {
    const asked = ask(target, false, patienceMs).then((answer) => {
      answers.push(answer);
      open.delete(asked);
    });
    open.add(asked);
    await pause(everyMs);
  }
  await Promise.all(open);
}

async function askOnOneConnection(target: Target, { patienceMs }: ClientOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!isStopped) {
    answers.push(await ask(target, agent, patienceMs));
    await pause(keptPauseMs);
  }
  agent.destroy();
}

/** Tells each hardware address that answers for the address, as long as this process lives. */
function watch(address: string): ChildProcess {
  const arping = process.env['HOLDFAST_ARPING'] ?? 'arping';
  const watcher = spawn(arping, ['-b', '-I', 'eth0', address], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  createInterface({ input: watcher.stdout }).on('line', (line) => {
    const mac = /\[([0-9A-F:]+)\]/.exec(line)?.[1]?.toLowerCase();
    if (mac !== undefined) sightings.push({ address, mac, atMs: clock.wallMs() });
  });
  return watcher;
}

function tell(): void {
  if (answers.length + sightings.length + holdUps.length > 0) {
    const notice: ClientNotice = { answers, sightings, holdUps };
    answers = [];
    sightings = [];
    holdUps = [];
    process.send?.({ notice });
  }
}

function tellAgainAndAgain(): void {
  tell();
  const fromMs = clock.wallMs();
  clock.setTimer(tellEveryMs, () => {
    const toMs = clock.wallMs();
    if (toMs - fromMs > tellEveryMs + heldUpMs) holdUps.push({ fromMs, toMs });
    tellAgainAndAgain();
  });
}

process.on('exit', () => {
  for (const watcher of watchers) watcher.kill('SIGKILL');
});
answerCalls({
  begin(targets: readonly Target[], options: ClientOptions) {
    isStopped = false;
    running = targets.flatMap((target) => [
      askAnew(target, options),
      askOnOneConnection(target, options),
    ]);
    watchers = targets.map(({ address }) => watch(address));
    tellAgainAndAgain();
  },
  async stop() {
    isStopped = true;
    await Promise.all(running);
    for (const watcher of watchers) watcher.kill('SIGKILL');
    tell();
  },
});
