/*
 * A device was failing to apply when the removal was commanded. The retry removed the load balancer in
 * the state in which a removal is not expected, so the machine went nowhere and answered nobody.
 */
import { test } from 'vitest';
import { passesRoughDay } from './support/passes.ts';

test('a removal that was commanded while an apply was failing ends', () => passesRoughDay(219));
