/*
 * The network lost everything that was sent to an agent, and nothing that it sent. Its heartbeats kept
 * it alive for its judge, although it heard neither an acknowledgement nor a command: its load balancers
 * waited for it for ever.
 */
import { test } from 'vitest';
import { passesRoughDay } from './support/passes.ts';

test('an agent that hears nothing loses its load to others', () => passesRoughDay(178));
