import { expect, test } from 'vitest';
import { addressBytes, sameAddress } from '../../drivers/haproxy/vip/address-bytes.ts';

test.each([
  ['10.0.255.1', '0a00ff01'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['fd00::', 'fd000000000000000000000000000000'],
  ['2001:db8::a:1', '20010db800000000000000000000000a0001'.slice(0, 24) + '000a0001'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
])('%s has the bytes %s', (address, hex) => {
  expect(addressBytes(address).toString('hex')).toBe(hex);
});

test.each(['', 'example.org', '10.0.0.256', 'fe80::1%eth0'])('%j has none', (text) => {
  expect(() => addressBytes(text)).toThrow(/not an address/);
});

test('one address may be written in several ways', () => {
  expect(sameAddress('FD00:0:0::0001', 'fd00::1')).toBe(true);
  expect(sameAddress('fd00::1', 'fd00::2')).toBe(false);
  expect(sameAddress('10.0.0.1', 'fd00::1')).toBe(false);
});
