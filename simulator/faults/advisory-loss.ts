import { connConnect, connDisconnect } from '../../machines/protocol/subjects.ts';
import { disturbing } from './disturbing.ts';
import { networkRow, type FaultKind, span } from './fault.ts';
import { variantAmong } from './problems.ts';

const fates = ['lost', 'late', 'twice'] as const;

/** How late they may be: the connection may long be back under another number. */
const lateMaxMs = 10_000;

/**
 * What the server tells controllers of connections that came and went is lost, late, or told twice.
 * It is told at most once, and to those only who are connected just then; and a connection that came
 * back may be known before the end of the old one is.
 */
export const advisoryLoss: FaultKind = {
  name: 'advisory-loss',
  summary: 'What the server tells of connections that came and went is lost, late, or told twice.',
  draw: (stream, frame) => ({
    kind: 'advisory-loss',
    ...span(stream, frame, [1_000, 10_000]),
    target: '',
    variant: stream.pick(fates),
  }),
  problem: variantAmong(fates),
  ...disturbing((world, { variant }) => {
    const stream = world.stream('advisory-loss');
    return {
      fate: (_from, _to, subject) => {
        if (subject !== connDisconnect && subject !== connConnect) return null;
        if (variant === 'lost') return 'lost';
        const ms = stream.between(0, lateMaxMs);
        return variant === 'late' ? { lateMs: ms } : { againMs: ms };
      },
    };
  }),
  row: () => networkRow,
};
