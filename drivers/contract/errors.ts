/** The device's marker: the newest epoch that it accepted, and the generation of its content. */
export interface Marker {
  readonly epoch: number;
  readonly generation: number;
  /** True once the load balancer was removed; then every apply is refused, for ever. */
  readonly removed: boolean;
}

/** The base of all operating errors of a driver; anything else that it throws is a bug. */
export abstract class DriverError extends Error {
  /** What a caller may do about it. */
  abstract readonly kind: 'retryable' | 'permanent' | 'fenced' | 'unknown';
}

/** Nothing was changed, and the same call may succeed later. */
export class RetryableError extends DriverError {
  override readonly name = 'RetryableError';
  override readonly kind = 'retryable';
  /** How long the device asked to be left alone; null where it did not say. */
  readonly retryAfterMs: number | null;
  constructor(message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** The device refuses this configuration, in its own words; what ran before still runs. */
export class PermanentError extends DriverError {
  override readonly name = 'PermanentError';
  override readonly kind = 'permanent';
}

/** The device has seen a newer epoch, or a tombstone; nothing was changed. */
export class FencedError extends DriverError {
  override readonly name = 'FencedError';
  override readonly kind = 'fenced';
  readonly marker: Marker;
  constructor(message: string, marker: Marker) {
    super(message);
    this.marker = marker;
  }
}

/** The change may have happened, or may yet happen; read back before sending anything else. */
export class UnknownOutcomeError extends DriverError {
  override readonly name = 'UnknownOutcomeError';
  override readonly kind = 'unknown';
}
