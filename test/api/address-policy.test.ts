import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forbiddenAddress } from '../../src/api/address-policy.ts';
import { AddressPolicy } from '../../src/api/config.ts';

const policy = (fields: object = {}) => AddressPolicy.parse(fields);

describe('without configuration', () => {
  test.each([
    ['0.0.0.0', /this host/],
    ['127.0.0.1', /loopback/],
    ['127.255.255.255', /loopback/],
    ['169.254.0.1', /link-local/],
    ['169.254.169.254', /metadata/],
    ['224.0.0.1', /multicast/],
    ['255.255.255.255', /broadcast/],
    ['::', /unspecified/],
    ['::1', /loopback/],
    ['0:0:0:0:0:0:0:1', /loopback/],
    ['fe80::1', /link-local/],
    ['ff02::1', /multicast/],
    ['fd00:ec2::254', /metadata/],
    ['::ffff:127.0.0.1', /carries.*loopback/],
    ['::FFFF:a9fe:a9fe', /carries.*metadata/],
    ['64:ff9b::127.0.0.1', /carries.*loopback/],
    ['2002:7f00:1::', /carries.*loopback/],
    ['::127.0.0.1', /carries.*loopback/],
    ['127.1', /no IPv4 or IPv6 address/],
    ['2130706433', /no IPv4 or IPv6 address/],
    ['0x7f.0.0.1', /no IPv4 or IPv6 address/],
    ['127.0.0.1%lo', /no IPv4 or IPv6 address/],
    ['fe80::1%eth0', /no IPv4 or IPv6 address/],
    ['', /no IPv4 or IPv6 address/],
  ])('%s is refused', (address, why) => {
    expect(forbiddenAddress(address, policy())).toMatch(why);
  });

  test.each(['10.0.0.1', '192.0.2.1', '1.1.1.1', '2001:db8::1', 'fd00::1', '::ffff:192.0.2.1'])(
    '%s is allowed',
    (address) => expect(forbiddenAddress(address, policy())).toBeNull(),
  );
});

describe('configured', () => {
  test('networks are refused, IPv4 in IPv6 form too', () => {
    const strict = policy({ deny: ['10.0.0.0/8'] });
    expect(forbiddenAddress('10.1.2.3', strict)).toBe(
      'it is in 10.0.0.0/8, which this deployment does not allow',
    );
    expect(forbiddenAddress('::ffff:10.1.2.3', strict)).toMatch(/10\.0\.0\.0\/8/);
    expect(forbiddenAddress('11.0.0.1', strict)).toBeNull();
  });

  test('the most specific network decides', () => {
    const mixed = policy({ deny: ['10.0.0.0/8', '10.1.2.0/24'], allow: ['10.1.0.0/16'] });
    expect(forbiddenAddress('10.0.0.1', mixed)).not.toBeNull();
    expect(forbiddenAddress('10.1.0.1', mixed)).toBeNull();
    expect(forbiddenAddress('10.1.2.1', mixed)).not.toBeNull();
  });

  test('allowing a large network does not open what is special within it', () => {
    const wide = policy({ allow: ['0.0.0.0/0', '169.254.0.0/16'] });
    expect(forbiddenAddress('127.0.0.1', wide)).toMatch(/loopback/);
    expect(forbiddenAddress('169.254.1.1', wide)).toBeNull();
    expect(forbiddenAddress('169.254.169.254', wide)).toMatch(/metadata/);
    const exact = policy({ allow: ['169.254.169.254'] });
    expect(forbiddenAddress('169.254.169.254', exact)).toBeNull();
  });

  test('networks must be networks', () => {
    for (const wrong of ['10.0.0.0/33', '10.0.0/8', 'x', '::/129', '10.0.0.0/8/8', '10.0.0.0/-1']) {
      expect(AddressPolicy.safeParse({ deny: [wrong] }).success).toBe(false);
    }
  });
});

test('no loopback address gets through in any form that carries one', () => {
  fc.assert(
    fc.property(fc.nat(0xff_ffff), fc.constantFrom('::ffff:', '64:ff9b::', '::'), (low, prefix) => {
      const address = `127.${low >> 16}.${(low >> 8) & 255}.${low & 255}`;
      expect(forbiddenAddress(address, policy())).toMatch(/loopback/);
      expect(forbiddenAddress(prefix + address, policy())).toMatch(/loopback/);
    }),
  );
});
