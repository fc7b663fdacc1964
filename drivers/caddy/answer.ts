/** What Caddy's admin API answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Of a GET, the condition for a change of what was read. */
  readonly etag: string | null;
  readonly retryAfter: string | null;
}
