import type { Controller } from '../../src/controller/controller.ts';
import type { Disturbances } from '../evidence/disturbances.ts';
import type { Judged, JudgedController } from '../evidence/judged.ts';
import type { Rest } from '../evidence/rest.ts';
import type { Ledger } from '../workload/ledger.ts';
import type { WorldEvent } from '../world/events.ts';
import type { World } from '../world/world.ts';

/** What a checker is given that judges virtual worlds and real processes alike. */
export interface JudgedContext {
  readonly world: Judged;
  readonly ledger: Pick<Ledger, 'get' | 'entries' | 'mustLive' | 'ofClient'>;
  /** The agents that are not broken for good. */
  core(): readonly string[];
  /** The controllers that serve and are not broken for good: what holds must hold at each. */
  controllers(): readonly JudgedController[];
  /** Says in one sentence what is wrong; the load balancer, if it is about one, picks the events shown. */
  violate(message: string, loadBalancer?: string): void;
  /** As `violate`, of what is measured while it lasts: the run goes on for so long, and stops then. */
  violateAndMeasure(message: string, loadBalancer: string, forMs: number): void;
  /** Of a checker that excuses: counts one thing that it looks at, and says whether it is to be judged. */
  judges(isExcused: boolean): boolean;
}

/** What a checker of virtual worlds is given: the world to look at, the clients' book, and where to complain. */
export interface CheckerContext extends JudgedContext {
  readonly world: World;
  readonly ledger: Ledger;
  readonly rest: Rest;
  readonly disturbances: Disturbances;
  controllers(): readonly Controller[];
}

export interface Checker {
  /** Looks at each thing that happens, at the moment when it happens. */
  onEvent?(event: WorldEvent, atMs: number): void;
  /** Looks at the whole, after healing and quiet. */
  atEnd?(): void;
}

/** A property that must hold: one file, and one line in the index. The name is what users see. */
export interface CheckerKind {
  readonly name: string;
  /** It excuses what something else may explain: how often it has judged is counted and shown. */
  readonly excuses?: true;
  start(context: CheckerContext): Checker;
}

/** A property that must hold in virtual worlds and of real processes. */
export interface SharedCheckerKind {
  readonly name: string;
  readonly excuses?: true;
  start(context: JudgedContext): Checker;
}
