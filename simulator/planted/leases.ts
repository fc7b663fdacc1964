import type { AgentOptions } from '../../src/agent/agent.ts';
import type { ControllerOptions } from '../../src/controller/controller.ts';
import type { Bus } from '../../src/ports/bus.ts';
import { Kernel } from '../world/kernel.ts';
import { changed, losesStandings } from './buses.ts';

/** Says for every holder that was left that it has stopped, and asks none of them. */
export function believesInStops(bus: Bus): Bus {
  return changed(losesStandings(bus), {
    request(subject, data, timeoutMs) {
      if (!subject.endsWith('.release')) return bus.request(subject, data, timeoutMs);
      const { epoch } = JSON.parse(data) as { epoch: number };
      return Promise.resolve(JSON.stringify({ type: 'released', epoch }));
    },
  });
}

/** Asks nobody to let go, and takes what a judge tells of an agent for the end of its leases: that it crashed, or that it is back. */
export function takesForProof(state: 'dead' | 'alive'): (bus: Bus) => Bus {
  return (bus) => {
    const silent = losesStandings(bus);
    return changed(silent, {
      publish(subject, data) {
        silent.publish(subject, subject.endsWith('.all.verdict') ? withProof(data, state) : data);
      },
    });
  };
}

interface Notice {
  readonly state: string;
  readonly context: { readonly incarnation: number; readonly lapsed: number };
}

function withProof(data: string, state: string): string {
  const notice = JSON.parse(data) as Notice;
  if (notice.state !== state) return data;
  const { incarnation } = notice.context;
  const lapsed = state === 'dead' ? incarnation : Math.max(0, incarnation - 1);
  return JSON.stringify({ ...notice, context: { ...notice.context, lapsed } });
}

/** Believes that its lease never ends. */
export function believesInItsLease(options: AgentOptions): AgentOptions {
  return { ...options, timings: { ...options.timings, leaseMs: 3_600_000 } };
}

/** Waits for the lapse of a lease no longer than for the next heartbeat. */
export function lapsesTooSoon(options: ControllerOptions): ControllerOptions {
  const lapseMs = options.timings.heartbeatMs;
  return { ...options, timings: { ...options.timings, lapseMs } };
}

/** As `ip addr replace`: it brings back what is gone. */
export class ReplacingKernel extends Kernel {
  override change(id: string, forMs: number): boolean {
    if (!this.has(id)) this.add(id, forMs);
    return super.change(id, forMs);
  }

  override add(id: string, forMs: number): void {
    if (this.has(id)) super.change(id, forMs);
    else this.put(id, forMs);
  }
}
