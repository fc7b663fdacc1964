/** The device's marker: the newest epoch that it accepted, and the generation of its content. */
export interface Marker {
  readonly epoch: number;
  readonly generation: number;
  /** True once the load balancer was removed; then every apply is refused, for ever. */
  readonly removed: boolean;
}

/**
 * What an error tells of the device itself, whatever became of the one load balancer: it `answers`; it is
 * `busy`, for all load balancers alike; it is `out of reach`, because it did not answer, or not as this agent's
 * device; or the device was `not asked`.
 */
export type DeviceReach = 'answers' | 'busy' | 'out of reach' | 'not asked';

interface ErrorOptions {
  readonly reach?: DeviceReach;
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}

/** The base of all operating errors of a driver; anything else that it throws is a bug. */
export abstract class DriverError extends Error {
  /** What a caller may do about it. */
  abstract readonly kind: 'retryable' | 'permanent' | 'fenced' | 'unknown';
  /** What it tells of the device, for whoever watches over that. */
  readonly reach: DeviceReach;
  /** How long the device asked to be left alone; null where it did not say. */
  readonly retryAfterMs: number | null;
  constructor(
    message: string,
    { reach = 'answers', retryAfterMs = null, cause }: ErrorOptions = {},
  ) {
    super(message, { cause });
    this.reach = reach;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Nothing was changed, and the same call may succeed later. */
export class RetryableError extends DriverError {
  override readonly name: string = 'RetryableError';
  override readonly kind = 'retryable';
}

/** Others changed what was read before each of several writes: nothing was changed by this one. */
export class ContentionError extends RetryableError {
  override readonly name = 'ContentionError';
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
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { reach: 'out of reach', ...options });
  }
}
