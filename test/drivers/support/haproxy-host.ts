import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Driver, DriverModule } from '../../../drivers/contract/driver.ts';
import { haproxyModule } from '../../../drivers/haproxy/module.ts';
import { processIds, readArguments } from '../../../drivers/haproxy/proc.ts';
import { type Running, Site } from '../../../drivers/haproxy/site.ts';
import { haproxyBinary } from '../haproxy-binary.ts';
import { driverContext } from './context.ts';

/** An address of the host's own, as a load balancer on this host has it. */
export const vip = '127.0.0.5';

export interface HaproxyHost {
  readonly stateDir: string;
  driver(agent?: string, options?: object): Promise<Driver>;
  site(id: string): Site;
  /** The process that serves the load balancer; fails where there is none. */
  process(id: string): Running;
  /** Ends every process that was started here, and forgets the state. */
  close(): Promise<void>;
}

/** A host of its own for one test, with a state directory that agents of it share. */
export async function haproxyHost(module: DriverModule = haproxyModule): Promise<HaproxyHost> {
  const binary = haproxyBinary();
  const stateDir = await realpath(await mkdtemp(path.join(tmpdir(), 'holdfast-haproxy-')));
  const drivers: Driver[] = [];
  const site = (id: string) => new Site(stateDir, id);
  return {
    stateDir,
    async driver(agent = 'agent', options = {}) {
      const given = { binary, stopGraceMs: 500, hardStopAfterMs: 5_000, ...options };
      const driver = await module.create(driverContext(agent, given, stateDir));
      drivers.push(driver);
      return driver;
    },
    site,
    process(id) {
      const running = site(id).running();
      if (running === null) throw new Error(`no HAProxy process serves ${id}`);
      return running;
    },
    async close() {
      for (const driver of drivers) await driver.close();
      for (const pid of processIds()) {
        const ours = readArguments(pid).some((argument) => argument.startsWith(`${stateDir}/`));
        if (ours) process.kill(pid, 'SIGKILL');
      }
      // An operation that was under way may still write.
      await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
