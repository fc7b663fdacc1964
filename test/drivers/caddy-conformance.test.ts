import { describe, test } from 'vitest';
import { driverConformance } from '../../drivers/contract/conformance.ts';
import { caddyHarness } from './support/caddy-harness.ts';

const makeHarness = caddyHarness;

describe('the caddy driver conforms, with a real Caddy', () => {
  for (const { title, run } of driverConformance('caddy', { makeHarness })) test(title, run);
});
