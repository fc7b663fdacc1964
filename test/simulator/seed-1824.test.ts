/*
 * As seed 844, with the deletion of a load balancer that was bound: the successor went on serving the
 * generation before, while the API showed PENDING_DELETE for ever.
 */
import { test } from 'vitest';
import { passesRoughDay } from './support/passes.ts';

test('a deletion that a dead controller had sent is taken over by its successor', () =>
  passesRoughDay(1824));
