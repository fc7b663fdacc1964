import type { CheckerKind } from './checker.ts';

/** A device never accepts anything of an older epoch than it has accepted. */
export const epochsNeverDecrease: CheckerKind = {
  name: 'epochs-never-decrease',
  start({ violate }) {
    const newest = new Map<string, { epoch: number; agent: string }>();
    return {
      onEvent(event) {
        if (event.type !== 'device' || event.entry.kind === 'refused') return;
        const { lb, epoch, agent, kind } = event.entry;
        const known = newest.get(lb);
        if (known !== undefined && epoch < known.epoch) {
          violate(
            `the device accepted '${kind}' of epoch ${epoch} from ${agent} after epoch ${known.epoch} from ${known.agent}`,
            lb,
          );
        } else newest.set(lb, { epoch, agent });
      },
    };
  },
};
