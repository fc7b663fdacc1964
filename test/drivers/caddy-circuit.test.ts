import { expect, test } from 'vitest';
import { circuitLimits } from '../../drivers/contract/circuit-breaker.ts';
import { guarded } from '../../drivers/contract/guarded.ts';
import { silentLog } from '../../machines/ports/log.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { systemRandom as random } from '../../src/adapters/system-random.ts';
import { appliance, inFrontOf, plainDocument } from './support/caddy-world.ts';
import { eventually } from './support/eventually.ts';
import { manager } from './support/manager.ts';

test('a device that hangs is spared by all 30 load balancers, and gets them when it is back', async () => {
  const device = await appliance();
  const proxy = await inFrontOf(device);
  const plain = await device.driver('a', { admin: proxy.url, callTimeoutMs: 250 });
  const limits = { trialFromMs: 100, trialMostMs: 200 };
  const driver = guarded(plain, { clock, random, log: silentLog, limits });
  const changes: boolean[] = [];
  driver.circuit.onChange(({ isOpen }) => changes.push(isOpen));
  const agent = manager(driver);
  const documents = await Promise.all(Array.from({ length: 30 }, () => plainDocument()));
  let trials = 0;
  proxy.inject(({ path }) => {
    if (path === '/config/admin') trials += 1;
    return 'swallow';
  });

  const replies = await Promise.all(documents.map((document) => agent.command(document, 1, 1)));
  await eventually('three trials were made in vain', () => trials > 3);

  expect(proxy.calls() - trials).toBeLessThanOrEqual(circuitLimits.callsAtOnceMax);
  for (const reply of replies) expect(reply).toMatchObject({ kind: 'retryable' });
  expect(replies.at(-1)).toMatchObject({
    message: expect.stringMatching(/left alone since .* no answer within 250 ms/) as string,
  });

  proxy.inject(() => 'none');
  await agent.converged(...documents);

  expect(Object.keys(await device.servers()).sort()).toEqual(documents.map(({ id }) => id).sort());
  expect(proxy.writes.length).toBeLessThan(2 * documents.length);
  expect([changes[0], changes.at(-1)]).toEqual([true, false]);
});
