/*
 * The devices' process: one memory device behind loopback HTTP, which all agents reach. Its log
 * is stamped with the machine's monotonic clock. Nothing is sent while it is being waited for, so
 * that watching does not slow down what is watched.
 */
import { type ApplyLogEntry, MemoryDevice } from '../../drivers/memory/device.ts';
import { startDeviceServer } from '../../drivers/memory/device-server.ts';
import type { DeviceMessage, Expect } from './device-messages.ts';
import { sharedClock } from './shared-clock.ts';

const tell = (message: DeviceMessage) => process.send?.(message);

let expected = new Map<string, number>();
let reached: ApplyLogEntry[] = [];

function note(entry: ApplyLogEntry): void {
  const epoch = expected.get(entry.lb);
  const accepted = entry.kind === 'applied' || entry.kind === 'claimed';
  if (epoch === undefined || !accepted || entry.epoch <= epoch) return;
  reached.push(entry);
  expected.delete(entry.lb);
  if (expected.size === 0) tell({ type: 'reached', entries: reached });
}

const device = new MemoryDevice({ clock: sharedClock, onEntry: note });
const { url } = await startDeviceServer(device, { port: 0 });

process.on('message', ({ epochs }: Expect) => {
  expected = new Map(Object.entries(epochs));
  reached = [];
});
process.on('disconnect', () => process.exit(0));
tell({ type: 'ready', url });
