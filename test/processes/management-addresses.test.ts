import { describe, expect, test } from 'vitest';
import { forbiddenAddress } from '../../src/api/address-policy.ts';
import { checkConfig } from '../../src/config/load.ts';
import { guardManagement } from '../../src/processes/management-addresses.ts';

const agents = [{ addresses: ['10.0.0.11', 'fd00::11'] }];

function policy(settings: { allow?: string[]; deny?: string[] } = {}) {
  const config = checkConfig({
    nats: {
      servers: [
        'nats://10.0.0.1:4222',
        'nats://[fd00::1]:4222',
        'nats://[::ffff:10.0.0.3]:4222',
        'nats://nats.example:4222',
      ],
    },
    controller: { api: { host: '10.0.0.2', addressPolicy: settings } },
  });
  return guardManagement(config.controller.api.addressPolicy, config, agents);
}

describe('what a load balancer may not point to', () => {
  test.each([
    ['a NATS server', '10.0.0.1'],
    ['a NATS server by IPv6', 'fd00::1'],
    ['a NATS server that is written as IPv6', '10.0.0.3'],
    ['a NATS server that is written as IPv6, and as it is written', '::ffff:10.0.0.3'],
    ['the API', '10.0.0.2'],
    ["an agent's host", '10.0.0.11'],
    ["an agent's host by IPv6, written in another way", 'fd00:0::0011'],
    ["an agent's host, carried in IPv6", '::ffff:10.0.0.11'],
  ])('%s is refused', (_, address) => {
    expect(forbiddenAddress(address, policy())).not.toBeNull();
  });

  test('its neighbours are not', () => {
    expect(forbiddenAddress('10.0.0.12', policy())).toBeNull();
  });

  test('a wide allow does not open it, the address itself does', () => {
    expect(forbiddenAddress('10.0.0.11', policy({ allow: ['10.0.0.0/8'] }))).not.toBeNull();
    expect(forbiddenAddress('10.0.0.11', policy({ allow: ['10.0.0.11/32'] }))).toBeNull();
  });

  test.each(['0.0.0.0', '::ffff:0.0.0.0', '::ffff:127.0.0.1'])(
    'an API at %s denies nothing, and loopback can be opened as a network',
    (host) => {
      const config = checkConfig({
        controller: { api: { host, addressPolicy: { allow: ['127.0.0.0/8'] } } },
      });
      const guarded = guardManagement(config.controller.api.addressPolicy, config, []);

      expect(guarded.deny).toEqual([]);
      expect(forbiddenAddress('127.0.0.1', guarded)).toBeNull();
    },
  );
});
