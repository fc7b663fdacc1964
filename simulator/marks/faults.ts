import { faultKinds } from '../faults/index.ts';
import { type MarkKind, on } from './mark.ts';

/** Each kind of fault has to happen: one that is never drawn finds nothing. */
export const faultMarks: readonly MarkKind[] = faultKinds.map(({ name, summary }) => ({
  name: `fault-${name}`,
  summary,
  start: () => [on('fault', ({ kind, phase }) => kind === name && phase === 'begins')],
}));
