import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { MonotonicMs } from '../../machines/ports/clock.ts';
import type { Driver } from './driver.ts';

/** A device, and what a case needs to know about it. Each case gets a fresh one. */
export interface DriverHarness {
  /** A driver of the named agent; all drivers of one harness reach the same device. */
  driver(agent: string): Promise<Driver>;
  /** A document with this id that the device can serve; variants differ in what is served. */
  document(id: string, variant: 'first' | 'second'): LoadBalancerDocument;
  /** A document that the driver can't serve, and a word of the option's name; null: serves all. */
  unsupported(): { readonly document: LoadBalancerDocument; readonly named: string } | null;
  /** From now on the device refuses the content of what is returned here. */
  refused(id: string): Promise<LoadBalancerDocument>;
  /** What serves the load balancer now, in a form that changes if it was touched; null: nothing. */
  serving(id: string): Promise<string | null>;
  /** Ends what serves the load balancer, as a crash would. */
  breakDown(id: string): Promise<void>;
  /**
   * Changes the content behind the driver's back, as a person would; null where nobody can, because
   * what serves was started with its content and can't be given another.
   */
  readonly tamper: ((id: string) => Promise<void>) | null;
  /** What the cases about health need; null for a driver without that capability. */
  readonly health: HealthHarness | null;
  /** What the cases about leases need; null for a driver that serves without one. */
  readonly lease: LeaseHarness | null;
  /** Waits until the condition holds, with a deadline that names what it waited for. */
  eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** A fresh load balancer id. */
  newId(): string;
  close(): Promise<void>;
}

export interface ConformanceCase {
  readonly title: string;
  run(harness: DriverHarness): Promise<void>;
}

/** What the cases about health need of a device beside the rest. */
export interface HealthHarness {
  /** A load balancer with a listener before a pool of two checked members. */
  document(id: string): LoadBalancerDocument;
  /** One of these members fails its checks from now on, or passes them again. */
  setFailing(id: string, member: string, isFailing: boolean): Promise<void>;
  /** A client sends one request through this listener, and gets its answer. */
  request(id: string, listener: string): Promise<void>;
}

/** What the cases about leases need beside the rest. Each driver of the harness begins with a lease. */
export interface LeaseHarness {
  /** The end of a lease that outlasts a case, by the clock of the drivers. */
  until(): MonotonicMs;
}
