import type { Driver } from '../../../drivers/contract/driver.ts';
import type { Target } from '../../../drivers/contract/target.ts';
import { vipModule } from '../../../drivers/haproxy/vip/module.ts';
import type { MonotonicMs } from '../../../machines/ports/clock.ts';
import { answerCalls } from '../../../simulator/chaos/remote.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { driverContext } from '../../drivers/support/context.ts';

/** The haproxy-vip driver of one agent, in a process on the agent's host. */
let driver: Driver | null = null;
let keeping: NodeJS.Timeout | null = null;
const watches: (() => void)[] = [];
const it = (): Driver => driver!;
const inMs = (leaseMs: number) => (systemClock.monotonicMs() + leaseMs) as MonotonicMs;

answerCalls({
  async create(agent: string, options: unknown, stateDir: string) {
    driver = await vipModule.create(driverContext(agent, options, stateDir));
  },
  apply: (target: Target) => it().apply(target),
  remove: (target: Target) => it().remove(target),
  observe: (id: string) => it().observe(id),
  survey: () => it().survey(),
  probe: () => it().probe(),
  close: () => it().close(),
  watch(id: string) {
    watches.push(it().watch(id, (notice) => process.send?.({ notice: { id, notice } })));
  },
  inventory: () => it().residence!.inventory(),
  recall: (id: string) => it().residence!.recall(id),
  release: (target: { id: string; epoch: number }) => it().residence!.release(target),
  renew: (leaseMs: number) => it().leasing!.renew(inMs(leaseMs)),
  drop: () => it().leasing!.drop([]),
  /** Renews the lease again and again, as an agent does whose heartbeats are acknowledged. */
  async keep(leaseMs: number, everyMs: number) {
    await it().leasing!.renew(inMs(leaseMs));
    keeping = setInterval(() => void it().leasing!.renew(inMs(leaseMs)), everyMs);
  },
  stopKeeping() {
    if (keeping !== null) clearInterval(keeping);
  },
});
