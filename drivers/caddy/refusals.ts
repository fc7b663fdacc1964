import {
  type DriverError,
  PermanentError,
  RetryableError,
  UnknownOutcomeError,
} from '../contract/errors.ts';
import type { Answer } from './admin-client.ts';

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

/** What an answer to a change means: done, read again, or an error to throw. */
export function outcomeOf(answer: Answer, ours: Ours): 'done' | 'outdated' | DriverError {
  const { status, body } = answer;
  if (status === 200) return 'done';
  const words = detailOf(body);
  if (status === 412) return 'outdated';
  if (status === 500) return outdated.test(words) ? 'outdated' : refusal(words, ours);
  if (status === 429 || status === 503) {
    return new RetryableError(`the device is busy: ${words}`, retryAfter(answer));
  }
  if (status >= 400 && status < 500) {
    return new RetryableError(`the device answered ${status}: ${words}`);
  }
  return new UnknownOutcomeError(`the device answered ${status}: ${words}`);
}

/** Caddy's own error text, or as much of what was answered as fits into a message. */
export function detailOf(body: string): string {
  let words = body.trim();
  try {
    const parsed = JSON.parse(body) as unknown;
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) {
      words = String(parsed.error);
    }
  } catch {
    // What is no JSON is shown as it is.
  }
  return words.length <= wordsMax ? words : `${words.slice(0, wordsMax)}…`;
}

/**
 * Every configuration that Caddy refuses is a 500, and it takes up its former one again. It loads all of
 * it at each change, so the trouble may be somebody else's.
 */
function refusal(words: string, ours: Ours): DriverError {
  if (!words.startsWith('loading new config: ') || words.includes('restoring old config')) {
    return new UnknownOutcomeError(`the device failed: ${words}`);
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

function retryAfter({ retryAfter }: Answer): { retryAfterMs?: number } {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {};
}
