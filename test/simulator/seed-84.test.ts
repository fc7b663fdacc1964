/*
 * At its start a controller brought its shards in line twice at once, and the second time took the
 * first one's claim for one from before a restart: it adopted the shard again, and lost track of the
 * subscriptions of the first time. When the shard had moved on, it went on answering for it: an agent
 * got a second judge (seed 84), and edits went past the owner, which never applied them (seed 139).
 */
import { test } from 'vitest';
import { passesAgentCrash } from './support/passes.ts';

test.each([84, 139])('a controller adopts a shard once, and lets go of all of it (%i)', (seed) =>
  passesAgentCrash(seed, 3),
);
