import type { Losses } from '../world/losses.ts';
import { bindingOf } from './records.ts';

/** Did the store lose that this epoch had been given? */
export const isEpochLost = (losses: Losses, loadBalancer: string, epoch: number): boolean =>
  losses
    .of('binding', loadBalancer)
    .flatMap(({ changes }) => changes)
    .some((change) => change.type === 'put' && bindingOf(change.value).context.lastEpoch >= epoch);
