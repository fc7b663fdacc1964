import type { HealthMonitor } from '../../../machines/model/document.ts';
import { speaksHttp } from '../../../machines/model/operations/health-monitor-rules.ts';
import { type HealthMonitorSingleCreate, httpDefaults } from '../schemas/health-monitor.ts';
import { type Birth, newResource } from './named.ts';

export function newHealthMonitor(input: HealthMonitorSingleCreate, birth: Birth): HealthMonitor {
  const http = speaksHttp(input.type) ? httpDefaults : null;
  return {
    ...newResource(input, birth),
    type: input.type,
    delay: input.delay,
    timeout: input.timeout,
    max_retries: input.max_retries,
    max_retries_down: input.max_retries_down ?? 3,
    http_method: input.http_method ?? http?.http_method ?? null,
    url_path: input.url_path ?? http?.url_path ?? null,
    expected_codes: input.expected_codes ?? http?.expected_codes ?? null,
    http_version: input.http_version ?? null,
    domain_name: input.domain_name ?? null,
  };
}
