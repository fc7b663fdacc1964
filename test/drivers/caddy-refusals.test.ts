import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../drivers/caddy/refusals.ts';

const ours = { id: '11111111-2222-4333-8444-555555555555', listens: ['192.0.2.1:80'] };
const another = '99999999-2222-4333-8444-555555555555';

function outcome(status: number, error: string, retryAfter: string | null = null) {
  return outcomeOf({ status, body: JSON.stringify({ error }), etag: null, retryAfter }, ours);
}

const loading = (words: string) => outcome(500, `loading new config: ${words}`);
const bind = (place: string, why: string) =>
  loading(`http app module: start: listening on ${place}: listen tcp ${place}: bind: ${why}`);

describe('an answer to a change means', () => {
  test.each([
    ['a condition that does not hold', 412, 'If-Match header did not match current config hash'],
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
  ])('for good: %s', (_, error) => {
    expect(error).toMatchObject({
      kind: 'permanent',
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

  test('later, when the device says: it is busy', () => {
    expect(outcome(503, 'busy', '2')).toMatchObject({ kind: 'retryable', retryAfterMs: 2_000 });
    expect(outcome(429, 'busy', 'soon')).toMatchObject({ kind: 'retryable', retryAfterMs: null });
  });

  test.each([
    ['a proxy on the way that had no answer', outcome(502, 'bad gateway')],
    ['a failure within the device', outcome(500, 'encoding new config: x')],
    ['a former configuration that it lost', loading('x; additionally, restoring old config: y')],
  ])('nobody knows: %s', (_, error) => {
    expect(error).toMatchObject({ kind: 'unknown' });
  });
});
