import type { HealthMonitor, Pool } from '../../../machines/model/document.ts';
import {
  healthMonitorOperatingStatus,
  type WireView,
} from '../../../machines/model/wire-status.ts';
import { childResponse, idOnly } from './common.ts';

/** As it stands within a pool of a full graph. */
export function healthMonitorFullResponse(view: WireView, pool: Pool, monitor: HealthMonitor) {
  return {
    ...childResponse(view, monitor),
    operating_status: healthMonitorOperatingStatus(view, pool, monitor),
    type: monitor.type,
    delay: monitor.delay,
    timeout: monitor.timeout,
    max_retries: monitor.max_retries,
    max_retries_down: monitor.max_retries_down,
    http_method: monitor.http_method,
    url_path: monitor.url_path,
    expected_codes: monitor.expected_codes,
    http_version: monitor.http_version,
    domain_name: monitor.domain_name,
  };
}

export function healthMonitorResponse(view: WireView, pool: Pool, monitor: HealthMonitor) {
  return { ...healthMonitorFullResponse(view, pool, monitor), pools: [idOnly(pool)] };
}
