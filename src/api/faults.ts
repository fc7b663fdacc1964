import type { Context } from 'hono';
import { Fault } from '../../machines/model/fault.ts';
import type { ApiEnv } from './context.ts';

/** The body of every answer that is no success, as Octavia's clients expect it. */
export interface FaultBody {
  readonly faultcode: 'Client' | 'Server';
  readonly faultstring: string;
  readonly debuginfo: null;
}

export function faultBody(status: number, message: string): FaultBody {
  return { faultcode: status >= 500 ? 'Server' : 'Client', faultstring: message, debuginfo: null };
}

/** Answers a thrown error: a Fault in its own words, anything else without its internals. */
export function answerError(c: Context<ApiEnv>, error: Error): Response {
  if (error instanceof Fault) {
    if (error.status === 404 && c.var.current === false) {
      // A client that is told 404 forgets what it has, so that must be known for certain.
      c.header('Retry-After', '1');
      return answerFault(
        c,
        503,
        `The store does not answer, so this may be wrong: ${error.message}`,
      );
    }
    if (error.retryAfterSeconds !== null) c.header('Retry-After', String(error.retryAfterSeconds));
    return answerFault(c, error.status, error.message);
  }
  c.var.log.error({ err: error, method: c.req.method, path: c.req.path }, 'a request failed');
  return answerFault(c, 500, `Internal error. The log says more under ${c.var.requestId}.`);
}

export function answerFault(c: Context<ApiEnv>, status: number, message: string): Response {
  return c.body(JSON.stringify(faultBody(status, message)), status as 400, {
    'Content-Type': 'application/json',
  });
}
