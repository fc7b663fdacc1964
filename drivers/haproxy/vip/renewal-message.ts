import { endianness } from 'node:os';
import { addressBytes, fullPrefix } from './address-bytes.ts';

/** What `ip addr restore` expects first: the mark of what `ip addr save` writes. */
const magic = 0x47361222;

// From linux/netlink.h, linux/rtnetlink.h and linux/if_addr.h.
const newAddress = 20;
const requestFlag = 0x1;
const replaceFlag = 0x100;
const family = { 4: 2, 6: 10 };
const attributeAddress = 1;
const attributeLocal = 2;
const attributeCacheInfo = 6;
const attributeFlags = 8;
const noPrefixRoute = 0x200;
const multicastAutoJoin = 0x400;

const headerBytes = 16;
const align = (length: number): number => (length + 3) & ~3;
const little = endianness() === 'LE';

export interface Renewal {
  readonly address: string;
  readonly interfaceIndex: number;
  /** How long the kernel is to keep it from now on, in whole seconds. */
  readonly seconds: number;
}

/**
 * What makes the kernel prolong addresses that are there, and only those: the input of
 * `ip addr restore`.
 *
 * `ip addr change` will not do. The kernel takes it for an addition where the address is gone, so one
 * that comes late would bring back what had ended. What is asked for here can't be added: it is to join
 * a multicast group, which no such address is. The kernel looks at that only where it adds, and so
 * refuses; of an address that is there it changes the lifetime. `ip` itself refuses the word
 * (`autojoin`), but passes on such a message.
 */
export function renewalInput(renewals: readonly Renewal[]): Buffer {
  return Buffer.concat([uint32(magic), ...renewals.map(renewalMessage)]);
}

function renewalMessage({ address, interfaceIndex, seconds }: Renewal, index: number): Buffer {
  const bytes = addressBytes(address);
  const prefix = fullPrefix(address);
  const body = Buffer.concat([
    Buffer.from([bytes.length === 4 ? family[4] : family[6], prefix, 0, 0]),
    uint32(interfaceIndex),
    attribute(attributeLocal, bytes),
    attribute(attributeAddress, bytes),
    // Preferred and valid for so long; the times of its making are the kernel's to know.
    attribute(attributeCacheInfo, Buffer.concat([uint32(seconds), uint32(seconds), uint64Zero])),
    attribute(attributeFlags, uint32(noPrefixRoute | multicastAutoJoin)),
  ]);
  const length = headerBytes + body.length;
  const kind = Buffer.concat([uint16(newAddress), uint16(requestFlag | replaceFlag)]);
  return Buffer.concat([uint32(length), kind, uint32(index + 1), uint32(0), body]);
}

const uint64Zero = Buffer.alloc(8);

function attribute(type: number, value: Buffer): Buffer {
  const length = 4 + value.length;
  const padding = Buffer.alloc(align(length) - length);
  return Buffer.concat([uint16(length), uint16(type), value, padding]);
}

/** Netlink speaks the byte order of the machine. */
function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  if (little) bytes.writeUInt16LE(value);
  else bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  if (little) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
}
