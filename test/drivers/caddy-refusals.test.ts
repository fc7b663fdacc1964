import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../drivers/caddy/refusals.ts';

const ours = { id: '11111111-2222-4333-8444-555555555555', listens: ['192.0.2.1:80'] };
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const another = '99999999-2222-4333-8444-555555555555';

function outcome(status: number, error: string, retryAfter: string | null = null) {
  const answer = { status, body: JSON.stringify({ error }), etag: null, retryAfter };
  return outcomeOf(answer, ours, nowMs);
}

const loading = (words: string) => outcome(500, `loading new config: ${words}`);
const bind = (place: string, why: string) =>
  loading(`http app module: start: listening on ${place}: listen tcp ${place}: bind: ${why}`);

describe('an answer to a change means', () => {
  test.each([
    ['a condition that does not hold', 412, 'If-Match header did not match current config hash'],
    ['a conflict', 409, 'it was changed meanwhile'],
    ['what is there by now', 500, '[/config/apps/http/servers/f] key already exists: f'],
    ['what is gone by now', 500, '[/config/apps/http/servers/f] key does not exist: f'],
    ['a parent that is gone by now', 500, 'invalid traversal path at: config/apps/http'],
  ])('read again: %s', (_, status, words) => {
    expect(outcome(status, words)).toBe('outdated');
  });

  test.each([
    ['a place that is taken', bind('192.0.2.1:80', 'address already in use')],
    ['a foreign address', bind('192.0.2.1:80', 'cannot assign requested address')],
    [
      "another load balancer's place",
      loading(
        `loading http app module: http: invalid configuration: server ${another}: listener address ` +
          `repeated: tcp/192.0.2.1:80 (already claimed by server '${ours.id}')`,
      ),
    ],
    ['what it can not do', loading('loading http app module: unknown module: http.handlers.x')],
    ['a bad request', outcome(400, 'loading new config: no')],
    ['what is too large', outcome(413, 'too large')],
    ['what is against its rules', outcome(422, 'no such port')],
  ])('for good: %s', (_, error) => {
    expect(error).toMatchObject({
      kind: 'permanent',
      reach: 'answers',
      message: expect.stringMatching(/^Caddy refuses it: (?!loading new)/) as string,
    });
  });

  test.each([
    ['a neighbour that it can not bind', bind('192.0.2.1:8080', 'address already in use')],
    ['a neighbour that it does not like', loading(`provision http: server ${another}: no`)],
    ['too many files', bind('192.0.2.1:80', 'too many open files')],
    ['a host that it does not know', outcome(403, 'host not allowed: x')],
  ])('later: %s', (_, error) => {
    expect(error).toMatchObject({ kind: 'retryable', retryAfterMs: null });
  });

  test.each([
    ['seconds', '2', 2_000],
    ['a date', 'Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
    ['nothing that can be read', 'soon', null],
  ])('later, when the device says that it is busy, by %s', (_, header, retryAfterMs) => {
    for (const status of [429, 503]) {
      const error = outcome(status, 'in a backup', header);
      const message = 'the device is busy: in a backup';
      expect(error).toMatchObject({ kind: 'retryable', reach: 'busy', message, retryAfterMs });
    }
  });

  test('later, in its own words, when the device is full', () => {
    const message = 'the device is full: 200 of 200 used';
    const full = outcome(507, '200 of 200 used');
    expect(full).toMatchObject({ kind: 'retryable', reach: 'answers', message });
  });

  test.each([401, 403])('nobody who may configure the device: %i', (status) => {
    expect(outcome(status, 'no')).toMatchObject({ kind: 'retryable', reach: 'out of reach' });
  });

  test.each([
    ['a proxy on the way that had no answer', outcome(502, 'bad gateway')],
    ['a failure within the device', outcome(500, 'encoding new config: x')],
    ['a former configuration that it lost', loading('x; additionally, restoring old config: y')],
  ])('that nobody knows: %s', (_, error) => {
    expect(error).toMatchObject({ kind: 'unknown' });
  });
});
