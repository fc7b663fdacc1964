import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import process from 'node:process';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { delay } from '../../machines/ports/clock.ts';
import { presets } from '../../machines/timings/timings.ts';
import { RandomStream } from '../../simulator/world/random-streams.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { type Agent, type Made, World } from '../real/support/world.ts';

const { suspectAfterMs, heartbeatMs } = presets.local;
const names = ['agent-1', 'agent-2', 'agent-3', 'agent-4'];
const pausesEach = 250;

let world: World;
let made: Made;

beforeAll(async () => {
  world = await World.start({ agents: names.length, restart: false });
  made = await world.create('paused');
});

afterAll(() => world.close());

const incarnations = async (): Promise<readonly number[]> => {
  const agents: Agent[] = [];
  for (const name of names) agents.push(await world.agent(name));
  return agents.map(({ incarnation }) => incarnation);
};

/** As a host does whose processors are busy with something else: up to half of what makes an agent suspect. */
async function pausedAgain(name: string, draws: RandomStream): Promise<void> {
  const agent = world.agentProcess(name);
  agent.kill('SIGSTOP');
  await delay(systemClock, draws.between(50, suspectAfterMs / 2));
  agent.kill('SIGCONT');
  await delay(systemClock, draws.between(heartbeatMs / 2, 2 * heartbeatMs));
}

/** As many processes as there are cores, which want all of them, until the test has ended. */
function loadTheMachine(): void {
  for (let count = 0; count < cpus().length; count += 1) {
    const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    onTestFinished(() => void busy.kill('SIGKILL'));
  }
}

test('1,000 pauses of agents, all four at the same time, are no reason to declare one dead or to move anything, on a loaded machine', async () => {
  loadTheMachine();
  const before = await world.active(made.id);
  const lives = await incarnations();

  await Promise.all(
    names.map(async (name) => {
      const draws = new RandomStream(1, name);
      for (let pause = 0; pause < pausesEach; pause += 1) await pausedAgain(name, draws);
    }),
  );

  for (const name of names) await world.agentIs(name, 'alive');
  expect(await incarnations()).toEqual(lives);
  expect(await world.active(made.id)).toEqual(before);
}, 1_200_000);
