import type { ApplyLogEntry } from '../../drivers/memory/device.ts';

/** Tell when the device has accepted something newer than these epochs for all of them. */
export interface Expect {
  readonly type: 'expect';
  readonly epochs: Readonly<Record<string, number>>;
}

/** What the devices' process says to the one that started it. */
export type DeviceMessage =
  | { readonly type: 'ready'; readonly url: string }
  /** The first entry above the expected epoch, for each load balancer. */
  | { readonly type: 'reached'; readonly entries: readonly ApplyLogEntry[] };
