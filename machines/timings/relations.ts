import {
  electionMaxMs,
  renewedAfter,
  restartLeaseMaxMs,
  restartLeaseMinMs,
  type Timings,
} from './timings.ts';

interface Relation {
  /** What must hold, as the reader of an error should see it. */
  readonly rule: string;
  readonly why: string;
  holds(timings: Timings): boolean;
}

const relations: readonly Relation[] = [
  {
    rule: 'every duration > 0',
    why: 'a duration of zero or less would spin or never end',
    holds: (t) => Object.values(t).every((value: number) => Number.isFinite(value) && value > 0),
  },
  {
    rule: 'heartbeatMs + 2 × ackTimeoutMs + connectTimeoutMs < leaseMs',
    why: 'an agent whose NATS server hangs must reach another one before its lease ends',
    holds: (t) => t.heartbeatMs + 2 * t.ackTimeoutMs + t.connectTimeoutMs < t.leaseMs,
  },
  {
    rule: '3.25 × heartbeatMs + ackTimeoutMs / 4 + connectTimeoutMs < leaseMs',
    why: 'a judge whose NATS server hangs must hear agents on another one before their leases end: it pings every quarter of heartbeatMs, for heartbeatMs at most, and the heartbeats of before and after are one heartbeatMs away each',
    holds: (t) => 3.25 * t.heartbeatMs + t.ackTimeoutMs / 4 + t.connectTimeoutMs < t.leaseMs,
  },
  {
    rule: '3.25 × heartbeatMs + 3 × probeTimeoutMs < leaseMs',
    why: 'agents whose judge hangs must have another one before their leases end: it is asked twice once its word of presence is overdue by probeTimeoutMs, which is looked at every quarter of heartbeatMs, and the heartbeats of before and after are one heartbeatMs away each',
    holds: (t) => 3.25 * t.heartbeatMs + 3 * t.probeTimeoutMs < t.leaseMs,
  },
  {
    rule: '2 × heartbeatMs < suspectAfterMs',
    why: 'one lost heartbeat must not make an agent suspect',
    holds: (t) => 2 * t.heartbeatMs < t.suspectAfterMs,
  },
  {
    rule: 'suspectAfterMs + probeTimeoutMs < deadAfterMs',
    why: 'a suspected agent must get the chance to answer a probe before it is declared dead',
    holds: (t) => t.suspectAfterMs + t.probeTimeoutMs < t.deadAfterMs,
  },
  {
    rule: 'leaseMs < lapseMs',
    why: 'an agent must have let go before others may take its leased seats',
    holds: (t) => t.leaseMs < t.lapseMs,
  },
  {
    rule: 'authorityMs < authorityLapseMs',
    why: 'clocks may differ in rate, and a judge must have stopped giving leases before another one tells of their end',
    holds: (t) => t.authorityMs < t.authorityLapseMs,
  },
  {
    rule: `${electionMaxMs} < (1 - ${renewedAfter}) × authorityMs`,
    why: 'a judge must keep its authority while the servers elect a leader for its shard’s record, and nothing can be written',
    holds: (t) => electionMaxMs < (1 - renewedAfter) * t.authorityMs,
  },
  {
    rule: 'deadAfterMs < stormWindowMs',
    why: 'hosts that fall silent at once are declared dead up to one silence after each other',
    holds: (t) => t.deadAfterMs < t.stormWindowMs,
  },
  {
    rule: `${restartLeaseMinMs} ≤ restartLeaseMs ≤ ${restartLeaseMaxMs}`,
    why: 'a process takes a second to start, and one that never comes back must not be waited for too long',
    holds: ({ restartLeaseMs: ms }) => ms >= restartLeaseMinMs && ms <= restartLeaseMaxMs,
  },
  {
    rule: 'healthGapMs + healthPushMs ≤ 1000',
    why: 'a change of health must be shown within 2 s, and a driver may take 1 s to see it',
    holds: (t) => t.healthGapMs + t.healthPushMs <= 1_000,
  },
  {
    rule: '2 × apiAttemptMs ≤ apiTimeoutMs',
    why: 'a write whose first attempt was lost must get a second one',
    holds: (t) => 2 * t.apiAttemptMs <= t.apiTimeoutMs,
  },
  {
    rule: 'retryMs ≤ retryMaxMs, commandRetryMs ≤ commandRetryMaxMs, deviceRetryMs ≤ deviceRetryMaxMs, restartMs ≤ restartMaxMs',
    why: 'a backoff grows from its first value to its greatest',
    holds: (t) =>
      t.retryMs <= t.retryMaxMs &&
      t.commandRetryMs <= t.commandRetryMaxMs &&
      t.deviceRetryMs <= t.deviceRetryMaxMs &&
      t.restartMs <= t.restartMaxMs,
  },
];

/** Throws an error that names each broken relation and why it must hold. */
export function assertRelations(timings: Timings): Timings {
  const broken = relations.filter((relation) => !relation.holds(timings));
  if (broken.length > 0) {
    const lines = broken.map((relation) => `  ${relation.rule}: ${relation.why}`);
    throw new Error(`these timings can't work together:\n${lines.join('\n')}`);
  }
  return timings;
}
