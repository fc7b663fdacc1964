import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Seat } from '../../machines/protocol/seat.ts';
import { CaddyStack } from '../real/support/caddy-stack.ts';
import { EpochLog, type SeenWrite } from '../real/support/epoch-log.ts';
import { eventually } from '../real/support/eventually.ts';
import { JudgedTraffic } from '../real/support/judged-traffic.ts';
import type { Made } from '../real/support/world.ts';

const rounds = 200;
const longestMs = 60 * 60_000;

/**
 * Where the paused agent's write is while another takes over: on its way to the appliance; carried out, and
 * its answer on the way back; or at the appliance's door together with the new holder's first.
 */
const places = ['before', 'after', 'together'] as const;
type Place = (typeof places)[number];

/** A write that waits where it is for as long as the test likes. */
class Held {
  readonly holder: string;
  readonly at: 'before' | 'after';
  readonly came: Promise<void>;
  readonly answered: Promise<SeenWrite>;
  readonly release: () => void;
  readonly #released: Promise<void>;
  #arrived: () => void = () => undefined;
  #tell: (write: SeenWrite) => void = () => undefined;
  #isTaken = false;

  constructor(holder: string, at: 'before' | 'after') {
    this.holder = holder;
    this.at = at;
    this.came = new Promise((resolve) => (this.#arrived = resolve));
    this.answered = new Promise((resolve) => (this.#tell = resolve));
    let release = () => {};
    this.#released = new Promise((resolve) => (release = resolve));
    this.release = release;
  }

  async before({ holder }: { readonly holder: string }): Promise<void> {
    if (this.at === 'before') await this.#wait(holder);
  }

  async after(write: SeenWrite): Promise<void> {
    if (write.holder === this.holder) this.#tell(write);
    if (this.at === 'after') await this.#wait(write.holder);
  }

  /** Only the first one of its agent is held. */
  #wait(holder: string): Promise<void> {
    if (this.#isTaken || holder !== this.holder) return Promise.resolve();
    this.#isTaken = true;
    this.#arrived();
    return this.#released;
  }
}

let stack: CaddyStack;
let made: Made;
let traffic: JudgedTraffic;
let log: EpochLog;
let held: readonly Held[] = [];

beforeAll(async () => {
  stack = await CaddyStack.start();
  made = await stack.world.create('paused');
  await stack.world.active(made.id);
  log = new EpochLog(stack, made.id, {
    before: async (write) => void (await Promise.all(held.map((each) => each.before(write)))),
    after: async (write) => void (await Promise.all(held.map((each) => each.after(write)))),
  });
  traffic = new JudgedTraffic(made, ['backend-1', 'backend-2'], { ofEachKind: 1, pauseMs: 50 });
  await traffic.servedAgain();
}, longestMs);

afterAll(async () => {
  for (const each of held) each.release();
  await traffic?.stop();
  await log?.stop();
  await stack?.close();
}, longestMs);

function hold(...given: readonly Held[]): void {
  held = given;
}

/** What each round's edit sets, in milliseconds. */
function timeoutOf(index: number): number {
  return 40_000 + index;
}

/** Pauses the holder past its lease in the midst of a write; resolves with what became of that write. */
async function paused(before: Seat, place: Place, index: number): Promise<SeenWrite> {
  const own = new Held(before.agent, place === 'after' ? 'after' : 'before');
  const others = new Held(stack.other(before.agent), 'before');
  hold(own, ...(place === 'together' ? [others] : []));
  await stack.edit(made, timeoutOf(index));
  await own.came;
  const agent = stack.world.agentProcess(before.agent);

  agent.kill('SIGSTOP');
  if (place === 'together') await others.came;
  else await stack.moved(made.id, before);
  agent.kill('SIGCONT');
  // Of two that are let go together, now one comes first, and now the other.
  for (const each of index % 2 === 0 ? [own, others] : [others, own]) each.release();

  return own.answered;
}

async function round(index: number): Promise<{ place: Place; write: SeenWrite }> {
  const place = places[index % places.length] ?? 'before';
  const before = await stack.world.active(made.id);

  const write = await paused(before, place, index);

  expect(log.violations).toEqual([]);
  const after = await stack.moved(made.id, before);
  expect(after.agent).toBe(stack.other(before.agent));
  expect(await stack.world.active(made.id)).toEqual(after);
  await stack.world.agentIs(before.agent, 'alive', before.incarnation);
  await stack.world.forgets(before.agent, made.id);
  const { generation } = await stack.world.explain(made.id);
  expect(await stack.onDevice(made.id)).toMatchObject({
    epoch: after.epoch,
    generation,
    holder: after.agent,
  });
  await eventually('the appliance has the edit', async () => {
    const servers = await stack.device.servers().catch(() => null);
    return JSON.stringify(servers?.[made.id]).includes(`"read_timeout":"${timeoutOf(index)}ms"`);
  });
  return { place, write };
}

/** For people, and for docs/drivers.md. */
function told(place: Place, writes: readonly SeenWrite[]): string {
  const count = (status: number | null) => writes.filter((each) => each.status === status).length;
  const fates = `${count(200)} accepted, ${count(412)} refused, ${count(null)} reset`;
  return `held ${place}: ${writes.length} writes of paused agents, ${fates}\n`;
}

test(
  'two agents that both believe they manage a load balancer: no write of an older epoch after a newer one',
  async () => {
    const fates = [];
    for (let index = 0; index < rounds; index += 1) {
      fates.push(await round(index));
      expect(log.violations).toEqual([]);
    }

    for (const place of places) {
      const own = fates.filter((each) => each.place === place).map(({ write }) => write);
      process.stdout.write(told(place, own));
    }
    const accepted = log.writes.filter(({ status }) => status === 200).length;
    process.stdout.write(
      `in all: ${log.writes.length} writes, ${accepted} accepted; the appliance was read ${log.reads} times; ` +
        `${traffic.served} answers, ${traffic.wrong.length} wrong, ${traffic.resets} resets\n`,
    );
    // Each of these came to an appliance that was known to have a newer epoch.
    const late = fates.filter(({ place }) => place === 'before').map(({ write }) => write);
    expect(late.filter(({ epoch, known }) => known <= epoch)).toEqual([]);
    expect(late.filter(({ status }) => status === 200)).toEqual([]);
    expect(traffic.wrong).toEqual([]);
  },
  longestMs,
);
