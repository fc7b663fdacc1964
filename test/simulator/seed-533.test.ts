/*
 * A controller handled a heartbeat with claims just after it had lost its connection. Forwarding them
 * threw, and the whole heartbeat counted as one that could not be handled.
 */
import { test } from 'vitest';
import { passesRoughDay } from './support/passes.ts';

test("a claim that a disconnected controller can't forward harms nothing", () =>
  passesRoughDay(533));
