import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../machines/ports/log.ts';
import { delay } from '../../machines/ports/clock.ts';
import { DatagramNet } from '../../simulator/world/virtual-datagrams.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { openUdpDatagrams, udpAddress } from '../../src/adapters/udp-datagrams.ts';
import { freePort } from '../../src/nats-server/free-port.ts';
import { until } from '../adapters/until.ts';
import { Virtual } from '../host/support/virtual.ts';
import { type DatagramWay, PeersBench } from './peers-bench.ts';
import { peersCases } from './peers-conformance.ts';

const hopMs = 1;

function virtualWay({ clock }: Virtual): DatagramWay {
  const net = new DatagramNet({ clock, carry: (_from, _to, _subject, onward) => onward(hopMs) });
  return {
    clock,
    open: (name) => Promise.resolve(net.open(name)),
    addressOf: (name) => name,
    async until(what, holds) {
      for (let left = 1_000; !holds(); left -= 1) {
        if (left === 0) throw new Error(`waited in vain until ${what}`);
        await delay(clock, hopMs);
      }
    },
    quiet: () => delay(clock, 2 * hopMs),
  };
}

/** Sockets on loopback, closed with the test. */
async function udpWay(): Promise<DatagramWay> {
  const addresses = new Map<string, string>();
  for (const name of ['a', 'w', 'stranger', 'probe']) {
    addresses.set(name, `127.0.0.1:${await freePort()}`);
  }
  const addressOf = (name: string): string => addresses.get(name) ?? '';
  const open = async (name: string) => {
    const datagrams = await openUdpDatagrams(addressOf(name), silentLog);
    onTestFinished(() => datagrams.close());
    return datagrams;
  };
  return {
    clock: systemClock,
    open,
    addressOf,
    until,
    async quiet() {
      // What the kernel was given before has arrived when this has.
      let isHeard = false;
      const probe = await open('probe');
      probe.listen(() => {
        isHeard = true;
      });
      probe.send(addressOf('probe'), 'probe');
      await until('the probe has arrived', () => isHeard);
    },
  };
}

describe('R17: what agents and witnesses say to each other', () => {
  test.each(peersCases)('over UDP: $name', async ({ run }) => {
    await run(new PeersBench(await udpWay()));
  });

  test.each(peersCases)('in the virtual world: $name', async ({ run }) => {
    const virtual = new Virtual();
    await virtual.settled(run(new PeersBench(virtualWay(virtual))));
  });
});

describe('where a witness listens', () => {
  test.each([
    ['192.0.2.1:7946', { address: '192.0.2.1', port: 7946 }],
    ['[2001:db8::1]:1', { address: '2001:db8::1', port: 1 }],
    ['[fe80::1%eth0]:7946', { address: 'fe80::1%eth0', port: 7946 }],
    ['127.0.0.1:65535', { address: '127.0.0.1', port: 65_535 }],
  ])('may be said as %s', (text, address) => {
    expect(udpAddress(text)).toEqual(address);
  });

  test.each([
    '',
    'witness.example:7946',
    '192.0.2.1',
    '192.0.2.256:1',
    '2001:db8::1:7946',
    '[::1',
    '[192.0.2.1]:1',
    '192.0.2.1:0',
    '192.0.2.1:65536',
  ])('is not understood as "%s"', async (text) => {
    expect(udpAddress(text)).toBeNull();
    await expect(openUdpDatagrams(text, silentLog)).rejects.toThrow(
      'give an IP address and a port',
    );
  });

  test('is refused where another process has it', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const first = await openUdpDatagrams(address, silentLog);
    onTestFinished(() => first.close());

    await expect(openUdpDatagrams(address, silentLog)).rejects.toThrow('EADDRINUSE');
  });
});
