import { createSocket } from 'node:dgram';
import { isIPv4, isIPv6 } from 'node:net';
import type { Log } from '../../machines/ports/log.ts';
import { type Datagrams, datagramBytesMax, DatagramTooLarge } from '../ports/datagrams.ts';

/** An IP address and a port; no name, because nobody may have to be asked for it while others are silent. */
export interface UdpAddress {
  readonly address: string;
  readonly port: number;
}

/** Reads `192.0.2.1:7946` or `[2001:db8::1]:7946`; null for anything else. */
export function udpAddress(text: string): UdpAddress | null {
  const [, six, four, digits] =
    /^(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port < 1 || port > 65_535) return null;
  if (four !== undefined) return isIPv4(four) ? { address: four, port } : null;
  return six !== undefined && isIPv6(six) ? { address: six, port } : null;
}

/** Datagrams over UDP, sent from the address at which this process listens. Rejects where it can't have that. */
export async function openUdpDatagrams(listen: string, log: Log): Promise<Datagrams> {
  const own = required(listen);
  const socket = createSocket(isIPv6(own.address) ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(own.port, own.address, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  // Such as what a host that is down makes its neighbours say: it looks as if the datagram was lost.
  socket.on('error', (error) => log.debug({ listen, err: error }, 'a datagram got into trouble'));
  let isOpen = true;
  return {
    send(to, data) {
      const { address, port } = required(to);
      const bytes = Buffer.from(data);
      if (bytes.length > datagramBytesMax) throw new DatagramTooLarge(tooLarge(bytes.length));
      if (!isOpen) return;
      socket.send(bytes, port, address, (error) => {
        if (error !== null) log.debug({ to, err: error }, 'a datagram did not leave');
      });
    },
    listen(handle) {
      socket.on('message', (bytes, { address, port, family }) => {
        if (bytes.length > datagramBytesMax) return;
        handle(bytes.toString(), family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`);
      });
    },
    close: () =>
      new Promise((resolve) => {
        if (!isOpen) return resolve();
        isOpen = false;
        socket.close(() => resolve());
      }),
  };
}

const tooLarge = (bytes: number): string =>
  `a datagram of ${bytes} bytes was not sent: ${datagramBytesMax} is the limit`;

function required(text: string): UdpAddress {
  const address = udpAddress(text);
  if (address !== null) return address;
  throw new Error(`"${text}" is no address: give an IP address and a port, such as 192.0.2.1:7946`);
}
