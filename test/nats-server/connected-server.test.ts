import { expect, test } from 'vitest';
import { oldestInCluster, whyNotServer } from '../../src/nats-server/connected-server.ts';
import { oldestServer } from '../../src/nats-server/version.ts';

const strict = { allowOldCluster: false };

test.each([
  ['2.8.4', undefined, /is 2\.8\.4, and Holdfast needs 2\.9\.0 or newer/],
  ['2.8.4', 'c', /needs 2\.9\.0 or newer/],
  ['2.9.10', 'c', /2\.9\.10 is one of the cluster "c".*nats\.allowOldCluster: true/],
  ['2.10.26', 'c', /clusters before 2\.10\.27 may lose/],
])('a server %s of the cluster %s is refused with the reason', (version, cluster, reason) => {
  expect(whyNotServer({ version, cluster }, strict)).toMatch(reason);
});

test.each([
  [oldestServer, undefined],
  ['2.9.10', undefined],
  [oldestInCluster, 'c'],
  ['2.11.0-preview.1', 'c'],
  ['3.0.0', 'c'],
])('a server %s of the cluster %s is used', (version, cluster) => {
  expect(whyNotServer({ version, cluster }, strict)).toBeNull();
});

test('an operator may use an old cluster, but no server that is too old', () => {
  const lenient = { allowOldCluster: true };

  expect(whyNotServer({ version: '2.9.10', cluster: 'c' }, lenient)).toBeNull();
  expect(whyNotServer({ version: '2.8.4', cluster: 'c' }, lenient)).not.toBeNull();
});
