/*
 * An agent registers with the drivers whose devices it reaches at that moment. It never looked again,
 * so one that started while its device was out of reach got no load balancer and no standby for good.
 */
import { test } from 'vitest';
import { passesRoughDay } from './support/passes.ts';

test('an agent that started while its device was out of reach gets its load later', () =>
  passesRoughDay(33));
