import process from 'node:process';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { CaddyStack } from '../real/support/caddy-stack.ts';
import { JudgedTraffic } from '../real/support/judged-traffic.ts';
import { percentile } from '../bench/statistics.ts';

const rounds = 12;
const longestMs = 20 * 60_000;

/** How long each of so many things took, as a sentence. */
const sentence = (took: readonly number[]): string =>
  [50, 100].map((percent) => Math.round(percentile(took, percent))).join(' / ');

test.each(['scheduled', 'queue'] as const)(
  'dispatched by %s, a dead agent is replaced and edits are done, again and again',
  async (dispatch) => {
    const stack = await CaddyStack.start(dispatch);
    try {
      const made = await stack.world.create('dispatched');
      await stack.world.active(made.id);
      const traffic = new JudgedTraffic(made, ['backend-1', 'backend-2'], {
        ofEachKind: 1,
        pauseMs: 20,
      });
      await traffic.servedAgain();
      const recoveriesMs: number[] = [];
      const editsMs: number[] = [];
      const before = await stack.onDevice(made.id);
      for (let round = 0; round < rounds; round += 1) {
        const holder = await stack.world.active(made.id);
        const killedAt = systemClock.monotonicMs();
        await stack.killed(holder.agent);
        await stack.moved(made.id, holder);
        recoveriesMs.push(systemClock.monotonicMs() - killedAt);
        await stack.startAgain(holder.agent, holder.incarnation);
        const editedAt = systemClock.monotonicMs();
        await stack.edit(made, 20_000 + round);
        await stack.world.active(made.id);
        editsMs.push(systemClock.monotonicMs() - editedAt);
      }
      const after = await stack.onDevice(made.id);
      await traffic.servedAgain(5);
      await traffic.stop();

      process.stdout.write(
        `${dispatch}: ${rounds} recoveries took ${sentence(recoveriesMs)} ms (median / most), ` +
          `${rounds} edits ${sentence(editsMs)} ms, ${after.epoch - before.epoch} epochs\n`,
      );
      expect(after.generation - before.generation).toBe(rounds);
      expect(traffic.wrong).toEqual([]);
    } finally {
      await stack.close();
    }
  },
  longestMs,
);
