/** What runs on a device, as the device itself says: facts only, before any rule is applied. */

/** `unchecked`: no check runs for it, so nobody knows whether it is up. */
export type MemberState = 'up' | 'down' | 'draining' | 'maintenance' | 'unchecked';

/** A pool as one listener uses it. */
export interface ObservedPool {
  readonly id: string;
  /** Has it a member that takes connections, or no members at all? */
  readonly isUp: boolean;
  readonly members: ReadonlyMap<string, MemberState>;
}

/** A listener that is bound. */
export interface ObservedListener {
  readonly id: string;
  /** It has as many connections as it may have. */
  readonly isFull: boolean;
  /** Null where it hands connections to no pool. */
  readonly pool: ObservedPool | null;
}
