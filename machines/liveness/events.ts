import type { AgentDescription } from './context.ts';
import type { FlapLimits } from './context.ts';

export type LivenessEvent =
  | {
      readonly type: 'registered';
      readonly agent: string;
      readonly incarnation: number;
      readonly description: AgentDescription;
      /** By which its judge tells whether it flaps. */
      readonly limits: FlapLimits;
      readonly term: number;
      readonly at: number;
    }
  /** A judge of this term speaks for its leases from now on, and nobody of an earlier one. */
  | { readonly type: 'taken.over'; readonly term: number; readonly at: number }
  /** Heartbeats stopped for as long as makes an agent suspect. */
  | { readonly type: 'silent'; readonly incarnation: number; readonly at: number }
  /** Heartbeats stopped for as long as makes an agent dead. */
  | { readonly type: 'expired'; readonly incarnation: number; readonly at: number }
  /** A heartbeat came after a suspicion. */
  | { readonly type: 'heard'; readonly incarnation: number; readonly at: number }
  /** The server says that its connection was closed. */
  | {
      readonly type: 'connection.closed';
      readonly incarnation: number;
      readonly reason: string;
      readonly at: number;
    }
  | { readonly type: 'probe.answered'; readonly incarnation: number; readonly at: number }
  /** Nobody listens on the agent's subjects, also after the grace for reconnects. */
  | { readonly type: 'probe.nobody'; readonly incarnation: number; readonly at: number }
  | { readonly type: 'goodbye'; readonly incarnation: number; readonly at: number }
  /** No load balancer is bound to it any more. */
  | { readonly type: 'emptied'; readonly incarnation: number; readonly at: number }
  /** The leases of this incarnation, and of all before it, have surely run out. */
  | {
      readonly type: 'lapsed';
      readonly incarnation: number;
      readonly term: number;
      readonly at: number;
    }
  /** An operator wants nothing new to come to it; draining: nor anything to stay. */
  | { readonly type: 'cordon'; readonly draining: boolean; readonly at: number }
  | { readonly type: 'uncordon'; readonly at: number }
  /** It is about to be restarted on purpose, and asks to be waited for. */
  | {
      readonly type: 'restart';
      readonly incarnation: number;
      readonly sequence: number;
      readonly forMs: number;
      readonly term: number;
      readonly at: number;
    }
  /** It has sent this heartbeat after it had asked for that: it has not gone after all. */
  | {
      readonly type: 'stayed';
      readonly incarnation: number;
      readonly sequence: number;
      readonly at: number;
    }
  /** It has not come back until then. */
  | { readonly type: 'lease.ended'; readonly until: number; readonly at: number }
  /** It flapped, and has been alive until then. */
  | { readonly type: 'calmed'; readonly until: number; readonly at: number }
  /** An operator says that it may be trusted, however often it has died. */
  | { readonly type: 'trusted'; readonly at: number };
