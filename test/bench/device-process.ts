import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ApplyLogEntry } from '../../drivers/memory/device.ts';
import type { DeviceMessage, Expect } from './device-messages.ts';

const main = fileURLToPath(new URL('device-main.ts', import.meta.url));

/** The memory devices, in a process of their own. */
export class DeviceProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(): Promise<DeviceProcess> {
    const child = fork(main, { execArgv: ['--import', import.meta.resolve('tsx')] });
    const ready = await nextMessage(child, 'ready');
    return new DeviceProcess(child, ready.url);
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /**
   * Begins to wait for entries above these epochs. The inner promise resolves with the first such
   * entry of each load balancer, once there is one for all.
   */
  async expect(
    epochs: ReadonlyMap<string, number>,
  ): Promise<{ readonly reached: Promise<readonly ApplyLogEntry[]> }> {
    const reached = nextMessage(this.#child, 'reached').then(({ entries }) => entries);
    // It fails with the process; whoever awaits it hears of that.
    reached.catch(() => undefined);
    const message: Expect = { type: 'expect', epochs: Object.fromEntries(epochs) };
    await new Promise<void>((resolve, reject) => {
      this.#child.send(message, (error) => (error === null ? resolve() : reject(error)));
    });
    return { reached };
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

function nextMessage<T extends DeviceMessage['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<DeviceMessage, { type: T }>> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) =>
      reject(new Error(`the devices' process ended with ${code} before it was ${type}`));
    const hear = (message: DeviceMessage) => {
      if (message.type !== type) return;
      child.off('message', hear);
      child.off('exit', ended);
      resolve(message as Extract<DeviceMessage, { type: T }>);
    };
    child.on('message', hear);
    child.once('exit', ended);
  });
}
