import type { OperatingReport } from '../model/status.ts';
import type { Seat } from '../protocol/seat.ts';
import type { Claimant } from './shadows.ts';

/** An agent that placement offers, best first. */
export interface Candidate {
  readonly agent: string;
  readonly incarnation: number;
  readonly host: string;
  readonly device: string;
}

/** Wall times are given by the sender, so that the machine stays pure. */
export type LoadBalancerEvent =
  /** The desired record was committed, or the actor was loaded beside it. */
  | {
      readonly type: 'desired.changed';
      readonly generation: number;
      readonly status: 'live' | 'deleting';
      readonly driver: string;
      readonly reschedulable: boolean;
      readonly leased: boolean;
      readonly queued: boolean;
      readonly zone: string | null;
      readonly at: number;
      readonly deadlineAt: number;
    }
  /** Placement's answer for this moment. */
  | {
      readonly type: 'place';
      readonly candidates: readonly Candidate[];
      /** What is known of those who may serve it; empty unless it is leased. */
      readonly claimants: readonly Claimant[];
      /** The standby's agent is alive under the very incarnation that was named. */
      readonly standbyReady: boolean;
      readonly rejected: readonly { readonly agent: string; readonly reason: string }[];
      readonly reason: string;
      readonly at: number;
    }
  /** This incarnation of the agent is over. */
  | {
      readonly type: 'agent.lost';
      readonly agent: string;
      readonly incarnation: number;
      readonly verdict: string;
      /** The standby that was commanded by its grant (R3), and has answered: its `driven.*` is the next event. */
      readonly takenBy?: Seat;
      readonly at: number;
    }
  /** The agent still serves and wants to go; the candidates are others. */
  | {
      readonly type: 'agent.leaving';
      readonly agent: string;
      readonly incarnation: number;
      readonly candidates: readonly Candidate[];
      readonly claimants: readonly Claimant[];
      readonly standbyReady: boolean;
      /** An operator gives it to the very candidate. */
      readonly ordered?: true;
      readonly at: number;
    }
  /** This shadow is proven to serve nothing any more: its lease has lapsed, or it has stopped (R11). */
  | { readonly type: 'shadow.ended'; readonly agent: string; readonly incarnation: number }
  /** An agent reports what it holds, or by what it was fenced (rule R9). */
  | {
      readonly type: 'claim';
      readonly agent: string;
      readonly incarnation: number;
      readonly epoch: number;
      readonly generation: number;
      readonly removed: boolean;
      readonly at: number;
    }
  | {
      readonly type: 'driven.applied';
      readonly epoch: number;
      readonly generation: number;
      readonly operating: OperatingReport | null;
      readonly at: number;
    }
  | { readonly type: 'driven.removed'; readonly epoch: number }
  | {
      readonly type: 'driven.fenced';
      readonly epoch: number;
      readonly by: {
        readonly epoch: number;
        readonly generation: number;
        readonly removed: boolean;
      };
      readonly at: number;
    }
  | {
      readonly type: 'driven.refused';
      readonly epoch: number;
      readonly generation: number;
      readonly message: string;
      readonly retryAt: number;
    }
  | { readonly type: 'driven.trouble'; readonly epoch: number; readonly message: string }
  | { readonly type: 'deadline.passed'; readonly deadlineAt: number }
  | { readonly type: 'retry.due' };

/** What came of a command. */
export type DrivenEvent = Extract<LoadBalancerEvent, { type: `driven.${string}` }>;
