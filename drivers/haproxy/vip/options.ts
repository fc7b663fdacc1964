import { z } from 'zod';
import type { DriverContext } from '../../contract/driver.ts';
import { type HaproxyOptions, Options, readOptions } from '../options.ts';

/** The kernel's own limit, with the zero at the end. */
const interfaceName = /^[^\s/:]{1,15}$/;

const VipOptions = Options.extend({
  /** The network interface that carries the addresses. */
  interface: z
    .string()
    .regex(interfaceName, 'is to be the name of a network interface, such as eth0'),
  /** How long another host may take to say that it has the address already. */
  duplicateCheckMs: z.int().min(1).max(5_000).default(300),
  /** How often an address that came here is told to the neighbours, a second apart. */
  announcements: z.int().min(1).max(60).default(3),
  /**
   * How long what is under way may take when a load balancer moves away. Meanwhile new connections
   * wait, and clients try to connect again after one second: it is to be over by then.
   */
  quiesceMs: z.int().min(0).max(5_000).default(800),
  /** The programs, where they are not on PATH: ip of iproute2, arping of iputils, nft of nftables. */
  ip: z.string().min(1).optional(),
  arping: z.string().min(1).optional(),
  nft: z.string().min(1).optional(),
});

export type VipOptions = HaproxyOptions &
  z.infer<typeof VipOptions> & {
    readonly ip: string;
    readonly arping: string;
    readonly nft: string;
  };

/** The driver's options with their defaults; throws an error that names what is wrong. */
export function parseVipOptions(
  context: Pick<DriverContext, 'options' | 'stateDir'>,
  environment: NodeJS.ProcessEnv,
): VipOptions {
  const options = readOptions(VipOptions, 'haproxy-vip', context, environment);
  return {
    ...options,
    ip: options.ip ?? environment['HOLDFAST_IP'] ?? 'ip',
    arping: options.arping ?? environment['HOLDFAST_ARPING'] ?? 'arping',
    nft: options.nft ?? environment['HOLDFAST_NFT'] ?? 'nft',
  };
}
