/**
 * A request that can't be served, in the words that the client reads. The status is the HTTP
 * status of Octavia's error contract; pure code may throw it, and only the API turns it into HTTP.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly status: number;
  /** Seconds after which a retry makes sense, for 503. */
  readonly retryAfterSeconds: number | null;
  constructor(status: number, message: string, retryAfterSeconds: number | null = null) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
