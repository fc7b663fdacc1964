import { describe, expect, test } from 'vitest';
import { backoffMs } from '../../machines/timings/backoff.ts';
import { expectedFailover } from '../../machines/timings/expected-failover.ts';
import { assertRelations } from '../../machines/timings/relations.ts';
import {
  presets,
  restartLeaseMaxMs,
  restartLeaseMinMs,
  type Timings,
} from '../../machines/timings/timings.ts';

const { lan } = presets;

/** For each relation: what breaks it, and the words of the error that say so. */
const broken: readonly (readonly [string, Partial<Timings>])[] = [
  [
    'heartbeatMs + 2 × ackTimeoutMs + connectTimeoutMs < leaseMs',
    { connectTimeoutMs: lan.leaseMs - lan.heartbeatMs - 2 * lan.ackTimeoutMs },
  ],
  [
    '3.25 × heartbeatMs + ackTimeoutMs / 4 + connectTimeoutMs < leaseMs',
    { connectTimeoutMs: lan.leaseMs - 3.25 * lan.heartbeatMs - lan.ackTimeoutMs / 4 },
  ],
  [
    '3.25 × heartbeatMs + 3 × probeTimeoutMs < leaseMs',
    { probeTimeoutMs: (lan.leaseMs - 3.25 * lan.heartbeatMs) / 3 },
  ],
  ['2 × heartbeatMs < suspectAfterMs', { suspectAfterMs: 2 * lan.heartbeatMs }],
  [
    'suspectAfterMs + probeTimeoutMs < deadAfterMs',
    { deadAfterMs: lan.suspectAfterMs + lan.probeTimeoutMs },
  ],
  ['leaseMs < lapseMs', { lapseMs: lan.leaseMs }],
  ['retryMs ≤ retryMaxMs', { retryMs: lan.retryMaxMs + 1 }],
  ['commandRetryMs ≤ commandRetryMaxMs', { commandRetryMs: lan.commandRetryMaxMs + 1 }],
  ['deviceRetryMs ≤ deviceRetryMaxMs', { deviceRetryMs: lan.deviceRetryMaxMs + 1 }],
  ['1000 ≤ restartLeaseMs ≤ 600000', { restartLeaseMs: restartLeaseMinMs - 1 }],
  ['1000 ≤ restartLeaseMs ≤ 600000', { restartLeaseMs: restartLeaseMaxMs + 1 }],
  ['restartMs ≤ restartMaxMs', { restartMs: lan.restartMaxMs + 1 }],
];

const durations = Object.keys(lan) as (keyof Timings)[];

describe('the relations of the timings', () => {
  test.each(Object.entries(presets))('hold for the preset %s', (_, preset) => {
    expect(assertRelations(preset)).toBe(preset);
  });

  test.each(broken)('%s: refused by its name, and why', (rule, change) => {
    const refused = () => assertRelations({ ...lan, ...change });

    expect(refused).toThrow("these timings can't work together:");
    expect(refused).toThrow(rule);
  });

  test('a judge may take up to a millisecond less than a lease for its way to another server', () => {
    const { leaseMs, heartbeatMs, ackTimeoutMs } = lan;
    const connectTimeoutMs = leaseMs - 3.25 * heartbeatMs - ackTimeoutMs / 4 - 1;

    expect(() => assertRelations({ ...lan, connectTimeoutMs })).not.toThrow();
  });

  test('and one that hangs may be asked for up to a millisecond less than agents’ leases last', () => {
    const probeTimeoutMs = (lan.leaseMs - 3.25 * lan.heartbeatMs - 1) / 3;

    expect(() => assertRelations({ ...lan, probeTimeoutMs })).not.toThrow();
  });

  test.each([restartLeaseMinMs, restartLeaseMaxMs])('a restart lease may be %d', (edgeMs) => {
    expect(() => assertRelations({ ...lan, restartLeaseMs: edgeMs })).not.toThrow();
  });

  test.each(durations)('%s must be a positive, finite number', (name) => {
    for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => assertRelations({ ...lan, [name]: wrong })).toThrow('every duration > 0');
    }
  });

  test('all that are broken are named together', () => {
    const message = () => assertRelations({ ...lan, suspectAfterMs: 900, lapseMs: 1 });

    expect(message).toThrow('2 × heartbeatMs < suspectAfterMs');
    expect(message).toThrow('leaseMs < lapseMs');
  });
});

describe('the expected failover', () => {
  test('is a sum that names its settings, for each kind of evidence', () => {
    const byEvidence = new Map(expectedFailover(lan).map((each) => [each.evidence, each]));

    expect(byEvidence.get('goodbye')?.totalMs).toBe(0);
    expect(byEvidence.get('connection closed')).toMatchObject({
      totalMs: 200,
      sum: expect.stringContaining('reconnectGraceMs 200') as string,
    });
    expect(byEvidence.get('silence')).toMatchObject({
      totalMs: 2_750,
      sum: expect.stringContaining('deadAfterMs 2500') as string,
    });
  });
});

describe('a backoff', () => {
  test('doubles up to its greatest value', () => {
    expect([0, 1, 2, 3, 4, 1_000].map((attempt) => backoffMs(attempt, 50, 500))).toEqual([
      50, 100, 200, 400, 500, 500,
    ]);
  });
});
