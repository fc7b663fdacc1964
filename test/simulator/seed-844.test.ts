/*
 * A controller died with the creation of a load balancer on its way to the store. It landed after the
 * successor had read the records, which therefore had no actor for it: pending for ever, without a reason.
 */
import { test } from 'vitest';
import { passesRoughDay } from './support/passes.ts';

test('a creation that a dead controller had sent is taken over by its successor', () =>
  passesRoughDay(844));
