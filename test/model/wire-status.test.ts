import { describe, expect, test } from 'vitest';
import type { OperatingReport } from '../../machines/model/status.ts';
import {
  childProvisioningStatus,
  healthMonitorOperatingStatus,
  listenerOperatingStatus,
  memberOperatingStatus,
  poolOperatingStatus,
  type WireView,
} from '../../machines/model/wire-status.ts';
import { healthMonitor, listener, loadBalancer, member, pool } from './documents.ts';

const silent: OperatingReport = { loadBalancer: 'OFFLINE', listeners: {}, pools: {}, members: {} };

function view(fields: Partial<WireView> = {}): WireView {
  return {
    document: loadBalancer(),
    appliedGeneration: 5,
    provisioningStatus: 'ACTIVE',
    operating: silent,
    ...fields,
  };
}

describe('the provisioning status of a child', () => {
  const status = (
    created_generation: number,
    changed_generation: number,
    whole: WireView['provisioningStatus'],
  ) =>
    childProvisioningStatus(view({ provisioningStatus: whole }), {
      created_generation,
      changed_generation,
    });

  test('follows from what the device has confirmed', () => {
    expect(status(6, 6, 'PENDING_UPDATE')).toBe('PENDING_CREATE');
    expect(status(6, 7, 'PENDING_UPDATE')).toBe('PENDING_CREATE');
    expect(status(5, 6, 'PENDING_UPDATE')).toBe('PENDING_UPDATE');
    expect(status(5, 5, 'PENDING_UPDATE')).toBe('ACTIVE');
    expect(status(1, 5, 'ACTIVE')).toBe('ACTIVE');
  });

  test('is ERROR where the load balancer failed before it was applied', () => {
    expect(status(6, 6, 'ERROR')).toBe('ERROR');
    expect(status(5, 6, 'ERROR')).toBe('ERROR');
    expect(status(5, 5, 'ERROR')).toBe('ACTIVE');
  });

  test('is that of a load balancer that is going', () => {
    expect(status(1, 1, 'PENDING_DELETE')).toBe('PENDING_DELETE');
    expect(status(6, 6, 'DELETED')).toBe('DELETED');
  });
});

describe('the operating status', () => {
  const one = member();
  const monitor = healthMonitor();
  const plain = pool({ members: [one] });
  const checked = pool({ members: [one], healthmonitor: monitor });
  const aListener = listener();

  test('is what the device reports', () => {
    const operating: OperatingReport = {
      loadBalancer: 'ONLINE',
      listeners: { [aListener.id]: 'ONLINE' },
      pools: { [plain.id]: 'DEGRADED' },
      members: { [one.id]: 'DRAINING' },
    };
    const reported = view({ operating });
    expect(listenerOperatingStatus(reported, aListener)).toBe('ONLINE');
    expect(poolOperatingStatus(reported, plain)).toBe('DEGRADED');
    expect(memberOperatingStatus(reported, plain, one)).toBe('DRAINING');
  });

  test('is OFFLINE where nothing is reported, but of an unchecked member NO_MONITOR', () => {
    expect(listenerOperatingStatus(view(), aListener)).toBe('OFFLINE');
    expect(poolOperatingStatus(view(), plain)).toBe('OFFLINE');
    expect(memberOperatingStatus(view(), checked, one)).toBe('OFFLINE');
    expect(memberOperatingStatus(view(), plain, one)).toBe('NO_MONITOR');
    expect(memberOperatingStatus(view(), plain, { ...one, admin_state_up: false })).toBe('OFFLINE');
  });

  test('does not mistake an inherited property for a report', () => {
    expect(listenerOperatingStatus(view(), { ...aListener, id: 'constructor' })).toBe('OFFLINE');
  });

  test('of a monitor is ONLINE when its pool runs with it', () => {
    const running = view({ operating: { ...silent, pools: { [checked.id]: 'ONLINE' } } });
    expect(healthMonitorOperatingStatus(running, checked, monitor)).toBe('ONLINE');
    expect(healthMonitorOperatingStatus(view(), checked, monitor)).toBe('OFFLINE');
    const down = { ...monitor, admin_state_up: false };
    expect(healthMonitorOperatingStatus(running, checked, down)).toBe('OFFLINE');
    const unapplied = { ...monitor, created_generation: 6 };
    expect(healthMonitorOperatingStatus(running, checked, unapplied)).toBe('OFFLINE');
  });
});
