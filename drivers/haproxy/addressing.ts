import type { Target } from '../contract/target.ts';
import type { Site } from './site.ts';

/** Ends the processes of a load balancer; each may finish what it serves for so long. */
export type EndProcesses = (graceMs: number) => Promise<void>;

/** How a load balancer's address comes to its host, and goes. Called with the load balancer's lock held. */
export interface Addressing {
  /** Throws, before anything has changed, where what the target asks for could not be served now. */
  admit(target: Target): Promise<void>;
  /** What is to be served has a process now: its address comes, or goes where nothing is to be bound. */
  settle(site: Site, epoch: number): Promise<void>;
  /** The address goes, whoever brought it here. */
  withdraw(site: Site): Promise<void>;
  /** The load balancer has moved to another host: ends it here so that its clients notice least. */
  leave(site: Site, end: EndProcesses): Promise<void>;
  /** Takes away what operations that were cut off have left behind, beside addresses. */
  tidy(): Promise<void>;
  /** Why a load balancer that has its process is not served all the same; null where it is. */
  lacks(site: Site): Promise<string | null>;
}

/** The address is the host's own: it was there before, and stays. */
export function hostsOwnAddress(stopGraceMs: number): Addressing {
  return {
    admit: async () => undefined,
    settle: async () => undefined,
    withdraw: async () => undefined,
    leave: (_, end) => end(stopGraceMs),
    tidy: async () => undefined,
    lacks: async () => null,
  };
}
