import { describe, expect, test } from 'vitest';
import { Batch, RecordingHeader } from '../../machines/protocol/inspection.ts';
import { losesRecords } from '../../simulator/planted/stores.ts';
import { Recorder } from '../../simulator/recording/recorder.ts';
import { agentCrashScenario } from '../../simulator/scenarios/agent-crash.ts';
import { type RunOptions, simulate } from '../../simulator/simulate.ts';
import type { World } from '../../simulator/world/world.ts';
import { InspectedWorld, sessionOf } from '../../src/inspector/model/world.ts';

const run: RunOptions = { seed: 3, scenario: agentCrashScenario, controllers: 2, agents: 3 };

async function recorded(options: RunOptions) {
  const lines: string[] = [];
  const recorder = new Recorder((line) => lines.push(line));
  let world: World | null = null;
  const result = await simulate(
    recorder.recorded({ ...options, onWorld: (given) => (world = given) }),
  );
  recorder.end(result);
  const [header = '', ...rest] = lines;
  const batches = rest.map((line) => Batch.parse(JSON.parse(line)));
  const replayed = new InspectedWorld();
  for (const batch of batches) replayed.apply(batch);
  const frames = batches.flatMap((batch) => batch.frames);
  if (world === null) throw new Error('there was no world');
  return {
    result,
    world: world as World,
    header: RecordingHeader.parse(JSON.parse(header)),
    frames,
    replayed,
  };
}

describe('a recording of a run', () => {
  test('leaves the run as it is, and replays to the same states', async () => {
    const plain = await simulate(run);

    const { result, world, header, replayed, frames } = await recorded(run);

    expect(result.hash).toBe(plain.hash);
    expect(header).toMatchObject({ source: 'simulator', title: 'agent-crash, seed 3', seed: 3 });
    expect(frames).toContainEqual(
      expect.objectContaining({ type: 'fault', kind: 'agent-crash', phase: 'began' }),
    );
    const seen: string[] = [];
    for (const id of world.controllerIds()) {
      const host = world.controllerHost(id).controller?.owner.host;
      for (const loadBalancer of host?.ids() ?? []) {
        const actor = replayed.actors.get(sessionOf(id, 'load-balancer', loadBalancer));
        expect(actor?.context['binding']).toEqual(host?.context(loadBalancer)?.binding);
        expect(actor?.state).toBe('bound.settled');
        seen.push(loadBalancer);
      }
    }
    expect(seen.length).toBe(agentCrashScenario.size.loadBalancers);
  });

  test('ends with what did not hold, and what led to it', async () => {
    const { result, frames } = await recorded({ ...run, parts: { stores: losesRecords } });

    const [violation] = result.violations;
    expect(frames).toContainEqual(
      expect.objectContaining({
        type: 'violation',
        checker: violation?.checker,
        message: violation?.message,
      }),
    );
  });
});
