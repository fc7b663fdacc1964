import { describe, expect, test } from 'vitest';
import { explanation, readExplained } from '../../src/client/explanation.ts';
import { age, table } from '../../src/client/table.ts';

const nowMs = Date.UTC(2026, 0, 1, 12);

const bound = {
  id: '7d0f5b1c-0000-4000-8000-000000000001',
  name: 'web',
  provider: 'haproxy',
  state: 'bound.settled',
  provisioning_status: 'ACTIVE',
  operating_status: 'ONLINE',
  device: 'haproxy',
  binding: { agent: 'edge-1', incarnation: 3, epoch: 5 },
  standby: { agent: 'edge-2', incarnation: 9, epoch: 6 },
  generation: 4,
  applied_generation: 4,
  reason: null,
  waiting_since: null,
  rejected: [],
};

const explain = (of: object) =>
  explanation(readExplained({ loadbalancer: { ...bound, ...of } }), nowMs);

describe('the explanation of a load balancer', () => {
  test('that is bound says to whom, and who would be next', () => {
    expect(explain({})).toBe(
      [
        'web (7d0f5b1c-0000-4000-8000-000000000001) is served as desired.',
        '  state       bound.settled   (clients see ACTIVE, ONLINE)',
        '  provider    haproxy',
        '  device      haproxy',
        '  agent       edge-1, epoch 5',
        '  standby     edge-2, epoch 6',
        '  generation  4 desired, 4 on the device',
      ].join('\n'),
    );
  });

  test('says who is taken last', () => {
    const reason = 'has come back from death 4 times: until 2026-01-01T12:05:00Z it is given …';

    const text = explain({ distrusted: [{ agent: 'edge-3', reason }] });

    expect(text.split('\n').at(-1)).toBe(`  last        edge-3: it ${reason}`);
  });

  test('that waits says why, for how long, and why not each agent', () => {
    const text = explain({
      state: 'pending',
      provisioning_status: 'PENDING_CREATE',
      operating_status: 'OFFLINE',
      device: null,
      binding: null,
      standby: null,
      applied_generation: 0,
      reason: 'no agent can take it',
      waiting_since: new Date(nowMs - 90_000).toISOString(),
      rejected: [
        { agent: 'edge-1', reason: 'is dead' },
        { agent: 'edge-2', reason: 'is full (3 of 3 load balancers)' },
      ],
    });

    expect(text.split('\n')).toEqual([
      'web (7d0f5b1c-0000-4000-8000-000000000001) waits for an agent that can take it.',
      '  state       pending   (clients see PENDING_CREATE, OFFLINE)',
      '  provider    haproxy',
      '  device      none yet',
      '  agent       none',
      '  standby     none',
      '  generation  4 desired, 0 on the device',
      '  reason      no agent can take it',
      '  waiting     for 90s',
      '  not         edge-1: it is dead',
      '  not         edge-2: it is full (3 of 3 load balancers)',
    ]);
  });

  test('without a name calls it by its id', () => {
    expect(explain({ name: '' })).toMatch(/^7d0f5b1c-0000-4000-8000-000000000001 is served/);
  });

  test('in a state that has no sentence names the state', () => {
    expect(explain({ state: 'bound.elsewhere' })).toMatch(/\) bound\.elsewhere\.\n/);
  });
});

test('a table is as wide as its widest cells, and has no trailing spaces', () => {
  const text = table(
    ['AGENT', 'STATE'],
    [
      ['a', 'alive'],
      ['agent-10', ''],
    ],
  );

  expect(text).toBe('AGENT     STATE\na         alive\nagent-10');
});

test.each([
  [-5, '0s'],
  [119_999, '119s'],
  [120_000, '2m'],
  [7_199_999, '119m'],
  [7_200_000, '2h'],
  [172_800_000, '2d'],
])('an age of %i ms is told as %s', (ms, text) => {
  expect(age(ms)).toBe(text);
});
