import {
  type DriverError,
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
} from '../contract/errors.ts';
import { readRetryAfter } from '../contract/retry-after.ts';
import type { Answer } from './answer.ts';

/** By what a load balancer is known in the device's words. */
export interface Ours {
  readonly id: string;
  /** What its listeners are bound to. */
  readonly listens: readonly string[];
}

/** A condition did not hold, or what was to be made is there by now: what was read is old. */
const outdated = /key already exists|key does not exist|invalid traversal path/;
/** Of these the device may recover, with the same configuration. */
const passing =
  /too many open files|no space left|cannot allocate memory|context (deadline|cancel)/;
const wordsMax = 500;

/** What was read is old: 412 by the condition, 409 by devices that call it a conflict. */
const stale = [409, 412];
/** The configuration itself is wrong; Caddy 2.6 says 500 to that, others one of these. */
const refusals = [400, 413, 422];

/** What an answer to a change means: done, read again, or an error to throw. */
export function outcomeOf(
  answer: Answer,
  ours: Ours,
  wallMs: number,
): 'done' | 'outdated' | DriverError {
  const { status, body } = answer;
  if (status === 200) return 'done';
  const words = detailOf(body);
  if (stale.includes(status)) return 'outdated';
  if (status === 500 || refusals.includes(status)) {
    return outdated.test(words) ? 'outdated' : refusal(status, words, ours);
  }
  const trouble = troubleOf(answer, wallMs);
  if (trouble !== null) return trouble;
  const said = `the device answered ${status}: ${words}`;
  if (status < 400 || status >= 500) return new UnknownOutcomeError(said);
  // It may be that it does not know this agent.
  const reach = status === 401 || status === 403 ? 'out of reach' : 'answers';
  return new RetryableError(said, { reach });
}

/** Too much for the device now, whatever was asked of it; null where it does not say that. */
export function troubleOf(answer: Answer, wallMs: number): RetryableError | null {
  const { status, body } = answer;
  const words = detailOf(body);
  if (status === 429 || status === 503) {
    const retryAfterMs = readRetryAfter(answer.retryAfter, wallMs);
    return new RetryableError(`the device is busy: ${words}`, { reach: 'busy', retryAfterMs });
  }
  return status === 507 ? new RetryableError(`the device is full: ${words}`) : null;
}

/** Caddy's own error text, or as much of what was answered as fits into a message. */
export function detailOf(body: string): string {
  const words = wordsOf(body);
  return words.length <= wordsMax ? words : `${words.slice(0, wordsMax)}…`;
}

/** The whole of it. */
export function wordsOf(body: string): string {
  try {
    const parsed = JSON.parse(body) as unknown;
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) {
      return String(parsed.error);
    }
  } catch {
    // What is no JSON is shown as it is.
  }
  return body.trim();
}

/**
 * Every configuration that Caddy refuses is a 500, and it takes up its former one again. It loads all of
 * it at each change, so the trouble may be somebody else's.
 */
function refusal(status: number, words: string, ours: Ours): DriverError {
  const isOfLoading = status !== 500 || words.startsWith('loading new config: ');
  if (!isOfLoading || words.includes('restoring old config')) {
    return new UnknownOutcomeError(`the device failed: ${words}`, { reach: 'answers' });
  }
  if (passing.test(words)) return new RetryableError(`the device failed: ${words}`);
  const isOurs = words.includes(ours.id) || ours.listens.some((place) => names(words, place));
  const isAnothers = /\bserver [^\s:]+:|\blistening on /.test(words);
  if (!isOurs && isAnothers) {
    return new RetryableError(
      `the device takes no change, because of something else that it holds: ${words}`,
    );
  }
  return new PermanentError(`Caddy refuses it: ${words.replace('loading new config: ', '')}`);
}

/** `127.0.0.1:80` is not named where `127.0.0.1:8080` is. */
function names(words: string, place: string): boolean {
  return [':', ' '].some((end) => words.includes(`${place}${end}`));
}
