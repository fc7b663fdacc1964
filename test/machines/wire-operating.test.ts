import { describe, expect, test } from 'vitest';
import { initialContext } from '../../machines/load-balancer/context.ts';
import { wireOperating } from '../../machines/load-balancer/wire.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import { checkedWeb, listener } from '../fixtures/documents.ts';

const { document } = checkedWeb();
const [front] = document.listeners;
const off = listener({ protocol_port: 81, admin_state_up: false });
const web = { ...document, listeners: [...document.listeners, off] };
const applied: OperatingReport = {
  loadBalancer: 'ONLINE',
  listeners: { [front!.id]: 'ONLINE', [off.id]: 'OFFLINE' },
  pools: {},
  members: {},
};
const told: OperatingReport = { ...applied, loadBalancer: 'DEGRADED' };

/** What is shown of the load balancer and its two listeners. */
function shown(given: {
  readonly state: string;
  readonly reschedulable?: boolean;
  readonly endsWithLease?: boolean;
  readonly told?: OperatingReport;
}): readonly (string | undefined)[] {
  const { state, reschedulable = false, endsWithLease = false } = given;
  const context = { ...initialContext, reschedulable, operating: applied };
  const known = { state, context, told: given.told ?? null, endsWithLease };
  const { loadBalancer, listeners } = wireOperating(web, known);
  return [loadBalancer, listeners[front!.id], listeners[off.id]];
}

describe('of a load balancer', () => {
  test('that is bound, what was told last is shown, and before that what was found', () => {
    expect(shown({ state: 'bound.settled' })).toEqual(['ONLINE', 'ONLINE', 'OFFLINE']);
    expect(shown({ state: 'bound.settled', told })[0]).toBe('DEGRADED');
  });

  test('on an appliance, the last word stands without an agent, too', () => {
    for (const state of ['orphaned', 'rebinding', 'pending']) {
      expect(shown({ state, reschedulable: true, told })[0]).toBe('DEGRADED');
      expect(shown({ state, reschedulable: true })[0]).toBe('ONLINE');
    }
  });

  test.each([
    ['on a host', { reschedulable: false }],
    ["under its agent's lease", { reschedulable: true, endsWithLease: true }],
  ])('%s, nobody knows without an agent; what is disabled stays so', (_, given) => {
    expect(shown({ state: 'orphaned', ...given })).toEqual(['DEGRADED', 'DEGRADED', 'OFFLINE']);
    expect(shown({ state: 'rebinding', ...given })).toEqual(['DEGRADED', 'DEGRADED', 'OFFLINE']);
    expect(shown({ state: 'pending', ...given })).toEqual(['ERROR', 'ERROR', 'OFFLINE']);
  });

  test('that was never served, nothing runs', () => {
    const context = { ...initialContext, reschedulable: false };
    const known = { state: 'pending', context, told: null, endsWithLease: false };
    expect(wireOperating(web, known).loadBalancer).toBe('OFFLINE');
  });
});
