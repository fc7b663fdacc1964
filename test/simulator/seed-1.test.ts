/*
 * An agent registered as its shard was handed over, and the actor that would have answered was
 * stopped: the controller took that for an error, and logged one at nearly each start of several.
 */
import { test } from 'vitest';
import { passesAgentCrash, passesRoughDay } from './support/passes.ts';

test('a message to an actor that is handed over is left to the new owner', async () => {
  await passesAgentCrash(1, 3);
  await passesRoughDay(1, 3);
});
