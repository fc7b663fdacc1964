import type { Controller } from '../../src/controller/controller.ts';
import type { Ledger } from '../workload/ledger.ts';
import type { WorldEvent } from '../world/events.ts';
import type { World } from '../world/world.ts';
import type { Disturbances } from './disturbances.ts';
import type { JudgedContext } from './judged.ts';
import type { Rest } from './rest.ts';

/** What a checker is given: the world to look at, the clients' book, and where to complain. */
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
