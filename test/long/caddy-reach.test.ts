import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { eventually } from '../real/support/eventually.ts';
import { JudgedTraffic } from '../real/support/judged-traffic.ts';
import { type AgentId, type Edge, edges, TwoCaddies } from '../real/support/two-caddies.ts';
import type { Made } from '../real/support/world.ts';

describe('two Caddies, each of which two agents reach by ways of their own', () => {
  let stack: TwoCaddies;
  /** By the agent that holds them at first, and by the device. */
  const held = new Map<string, Made>();
  const traffic: JudgedTraffic[] = [];

  beforeAll(async () => {
    stack = await TwoCaddies.start();
    const holder = (edge: Edge): AgentId => (held.has(`agent-1 ${edge}`) ? 'agent-2' : 'agent-1');
    for (const name of ['a', 'b', 'c', 'd']) {
      const { edge, ...made } = await stack.held(name, holder);
      held.set(`${holder(edge)} ${edge}`, made);
    }
    for (const made of held.values()) {
      const clients = { ofEachKind: 1, pauseMs: 50 };
      traffic.push(new JudgedTraffic(made, ['backend-1', 'backend-2'], clients));
    }
    await wellServed();
  });

  afterAll(async () => {
    for (const each of traffic) await each.stop();
    await stack?.close();
  });

  async function wellServed(): Promise<void> {
    await Promise.all(traffic.map((each) => each.servedAgain(5)));
    expect(traffic.flatMap((each) => each.wrong)).toEqual([]);
  }

  function heldAtFirst(agent: AgentId, edge: Edge): Made {
    const made = held.get(`${agent} ${edge}`);
    if (made === undefined) throw new Error(`${agent} held nothing on ${edge} at first`);
    return made;
  }

  const holderOf = async (agent: AgentId, edge: Edge) =>
    (await stack.world.explain(heldAtFirst(agent, edge).id)).binding;

  async function holdfast(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await runCli([...args, '--api', stack.world.stack.apiUrl]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.trimEnd();
  }

  /** Resolves when so many agents have lost it. */
  const lostToSoMany = (count: number) =>
    eventually(`${count} agents have lost caddy/edge-1`, async () => {
      const devices = await stack.world.api.devices();
      const agents = devices.find(({ name }) => name === 'caddy/edge-1')?.agents ?? [];
      return agents.filter(({ lost }) => lost !== null).length === count;
    });

  test('share their load balancers, and devices lists both', async () => {
    const lines = (await holdfast('devices')).split('\n');

    expect(lines[0]).toBe('DEVICE        HOLDS  REACHED BY       OUT OF REACH OF');
    expect(lines.slice(1)).toEqual(edges.map((edge) => `caddy/${edge}  2      agent-1,agent-2`));
  });

  test('what an agent held on the one that it has lost is held by the other, and nothing else moves', async () => {
    const others = () =>
      Promise.all([
        holderOf('agent-1', 'edge-2'),
        holderOf('agent-2', 'edge-1'),
        holderOf('agent-2', 'edge-2'),
      ]);
    const before = await others();
    stack.world.expectComplaints('a device is out of reach');

    stack.cut('agent-1', 'edge-1');

    await stack.heldBy(heldAtFirst('agent-1', 'edge-1'), 'agent-2');
    expect(await others()).toEqual(before);
    await wellServed();
  });

  test('of the one that nobody reaches nothing moves, and people are told why', async () => {
    const lost = heldAtFirst('agent-2', 'edge-1');
    const before = await holderOf('agent-2', 'edge-1');

    stack.cut('agent-2', 'edge-1');

    await lostToSoMany(2);
    const [header, ...rows] = (await holdfast('devices')).split('\n');
    const why = 'the Caddy at http://127\\.0\\.0\\.1:\\d+ did not answer: socket hang up';
    expect(header).toBe('DEVICE        HOLDS  REACHED BY       OUT OF REACH OF');
    expect(rows).toEqual([
      expect.stringMatching(`^caddy/edge-1  2      nobody           agent-1: ${why}$`),
      expect.stringMatching(`^ {38}agent-2: ${why}$`),
      'caddy/edge-2  2      agent-1,agent-2',
    ]);
    expect(await holdfast('explain', lost.id)).toMatch(
      'agent agent-2 does not reach its device caddy/edge-1, nor does any other agent, so it stays as it is: the Caddy at',
    );
    expect(await holderOf('agent-2', 'edge-1')).toEqual(before);
    await wellServed();
  });

  test('an edit from meanwhile is applied by whoever reaches the device first', async () => {
    const { id, listener } = heldAtFirst('agent-2', 'edge-1');
    const path = `/v2.0/lbaas/listeners/${listener}`;
    await stack.world.api.put(path, { listener: { timeout_member_data: 41_000 } });

    stack.mend('agent-1', 'edge-1');

    expect(await stack.world.active(id, 30_000)).toMatchObject({ agent: 'agent-1' });
    await wellServed();
  });
});
