import { DriverError } from '../../drivers/contract/errors.ts';
import type { DeviceFailure } from '../../machines/device/machine.ts';

/** What a driver has thrown, as a device's machine knows it. */
export function failureOf(error: unknown): DeviceFailure {
  const message = error instanceof Error ? error.message : String(error);
  const kind =
    error instanceof DriverError && error.kind !== 'fenced' ? error.kind : ('retryable' as const);
  const retryAfterMs = error instanceof DriverError ? error.retryAfterMs : null;
  return { kind, message, retryAfterMs };
}
