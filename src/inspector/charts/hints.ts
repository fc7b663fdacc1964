/** What only a person knows about a machine's picture. */
export interface ChartHints {
  /**
   * States that stand apart. What leads into them from elsewhere is written in the boxes that it starts from:
   * lines from everywhere to the end of a life would cross everything else.
   */
  readonly apart: readonly string[];
  /** Which lines are turned against the flow where there is a circle, as ELK names its strategies. */
  readonly cycles: 'DEPTH_FIRST' | 'GREEDY';
}

const usual: ChartHints = { apart: [], cycles: 'DEPTH_FIRST' };

const hints: Readonly<Record<string, Partial<ChartHints>>> = {
  'load-balancer': { apart: ['deleting', 'deleted'] },
};

export function hintsFor(machine: string): ChartHints {
  return { ...usual, ...(Object.hasOwn(hints, machine) ? hints[machine] : {}) };
}
