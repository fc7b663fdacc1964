/*
 * A controller that stopped while a shard was on its way to it stayed the owner by the record. Back
 * again, it waited for whom the shard fell to, and that one waited for its owner, which was alive:
 * nobody owned the shard, for good.
 */
import { test } from 'vitest';
import { passesRoughDay } from './support/passes.ts';

test('a shard that a controller owns only by the record is let go', () => passesRoughDay(92, 3));
