import { type JournalDamage, journalDamages } from '../world/journal-disk.ts';
import { type FaultKind, span } from './fault.ts';
import { firstOf, targetsAgent, variantAmong } from './problems.ts';

const isDamage = (word: string): word is JournalDamage =>
  journalDamages.some((each) => each === word);

/** What an agent keeps for itself on its host's disk is not whole when it starts again. */
export const journalDamaged: FaultKind = {
  name: 'journal-damaged',
  summary:
    'An agent is killed, and starts with a journal that is missing, torn, half garbage, or an older one.',
  draw: (stream, frame) => ({
    kind: 'journal-damaged',
    ...span(stream, frame, [5, 8_000]),
    target: stream.pick(frame.agents),
    variant: stream.pick(journalDamages),
  }),
  problem: firstOf(targetsAgent, variantAmong(journalDamages)),
  start: (world, { target }) => world.agentHost(target).kill(),
  stop(world, { target, variant }) {
    const host = world.agentHost(target);
    // Another fault may have started it meanwhile, and nothing befalls a file that is in use.
    host.kill();
    if (isDamage(variant)) host.damageJournal(variant);
    world.background(host.start());
  },
  heal: (world, { agents }) => {
    for (const id of agents) world.background(world.agentHost(id).start());
  },
  row: ({ target }) => target,
};
