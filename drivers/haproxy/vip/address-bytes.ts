import { isIPv4, isIPv6 } from 'node:net';

/** The address's bytes in network order; of one address all ways to write it have the same. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  if (!isIPv6(address) || address.includes('%')) throw new Error(`not an address: ${address}`);
  const bytes = Buffer.alloc(16);
  const [head = '', tail] = address.split('::');
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  first.forEach((group, index) => bytes.writeUInt16BE(group, 2 * index));
  last.forEach((group, index) => bytes.writeUInt16BE(group, 16 - 2 * (last.length - index)));
  return bytes;
}

/** The 16-bit groups of one side of `::`; the last two may be written as an IPv4 address. */
function groups(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const four = Buffer.from(group.split('.').map(Number));
    return [four.readUInt16BE(0), four.readUInt16BE(2)];
  });
}

export function sameAddress(one: string, other: string): boolean {
  return addressBytes(one).equals(addressBytes(other));
}

/** The prefix of one address alone. */
export function fullPrefix(address: string): number {
  return isIPv4(address) ? 32 : 128;
}
