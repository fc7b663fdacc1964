/**
 * How a connection is silent. `out`: nothing of what the process sends arrives; `in`: it arrives, and no answer comes
 * back; `both`: neither.
 */
export type Silence = 'in' | 'out' | 'both';

export const directions: readonly Silence[] = ['in', 'out', 'both'];

/** Both together. */
export const joined = (one: Silence | null, other: Silence): Silence =>
  one === null || one === other ? other : 'both';
