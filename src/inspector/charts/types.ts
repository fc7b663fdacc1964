/** A statechart in plain data: what it is, without where anything is drawn. */
export interface MachineDescription {
  readonly id: string;
  readonly root: StateDescription;
}

export type StateKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'history';

export interface StateDescription {
  /** Keys from the root, joined by dots, as in `bound.settled`; empty for the root itself. */
  readonly path: string;
  /** The last key of the path; the machine's id for the root. */
  readonly key: string;
  readonly kind: StateKind;
  /** What it means, in a sentence. */
  readonly description: string | null;
  readonly tags: readonly string[];
  /** Actors that live as long as the state is active, or as there is something for them to do in it. */
  readonly invokes: readonly InvokeDescription[];
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  /** The path of the state that is entered first; null unless there are states within. */
  readonly initial: string | null;
  readonly transitions: readonly TransitionDescription[];
  readonly states: readonly StateDescription[];
}

export interface InvokeDescription {
  readonly id: string;
  readonly src: string;
}

/**
 * `move` has targets; `stay` carries out actions without leaving; `ignored` does neither, and says that the
 * event is expected here.
 */
export type TransitionKind = 'move' | 'stay' | 'ignored';

export interface TransitionDescription {
  readonly kind: TransitionKind;
  /** The path of the state that has it. */
  readonly source: string;
  /** The event's type as the machine knows it; empty for a transition that waits for none. */
  readonly event: string;
  /** How long after the state was entered, in milliseconds or by the delay's name; else null. */
  readonly delay: number | string | null;
  readonly guard: string | null;
  readonly targets: readonly string[];
  readonly actions: readonly string[];
  /** Does it leave and enter its own state again? */
  readonly reenter: boolean;
}

export type Point = readonly [x: number, y: number];

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line of the picture; all transitions from one state to another share one. */
export interface EdgeLayout {
  readonly id: string;
  readonly points: readonly Point[];
  readonly label: Box | null;
}

/** Where everything of one machine is drawn, in absolute coordinates. */
export interface ChartLayout {
  /** Of the sizes and edges that it was made from: another one means that it is stale. */
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  /** By the ids of the figure's nodes. */
  readonly nodes: Readonly<Record<string, Box>>;
  readonly edges: readonly EdgeLayout[];
}

/** By the machine's id. */
export type ChartLayouts = Readonly<Record<string, ChartLayout>>;
