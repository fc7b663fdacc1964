import type { Seat } from '../../machines/protocol/seat.ts';
import { parseDown } from '../../machines/protocol/subjects.ts';
import type { StoreChange } from '../../src/ports/store.ts';
import { EpochsInMind } from '../evidence/epochs-in-mind.ts';
import { commandOf, type Seats, seatsOf, writeOf } from '../evidence/records.ts';
import type { SharedCheckerKind } from './checker.ts';

/**
 * An epoch of a load balancer means one incarnation of one agent, for ever. Only an epoch that stood in
 * no record but those that the store has lost, and under which nobody was commanded, was never given.
 * Where somebody was, it may be given again when nobody is left who knows: the controller that does it
 * has not read of it since its start, and no agent that runs holds it, or one above.
 */
export const oneHolderPerEpoch: SharedCheckerKind = {
  name: 'one-holder-per-epoch',
  start({ world, violate }) {
    const holders = new Map<string, Seat[]>();
    const inMind = new EpochsInMind(world);
    /** Epochs that stand in no record any more. */
    const lost = new Set<string>();
    /** Epochs under which somebody was commanded. */
    const used = new Set<string>();

    const note = (loadBalancer: string, seat: Seat | null, where: string, by?: Writer): void => {
      if (seat === null) return;
      const key = keyOf(loadBalancer, seat);
      const known = holders.get(key) ?? [];
      const isKnown = known.some(
        ({ agent, incarnation }) => agent === seat.agent && incarnation === seat.incarnation,
      );
      const [first] = known;
      const isForgotten =
        by !== undefined && lost.has(key) && !inMind.known(loadBalancer, seat.epoch, ...by);
      if (!isKnown && first !== undefined && !isForgotten) {
        violate(
          `epoch ${seat.epoch} was ${first.agent} (${first.incarnation}) and is ${seat.agent} (${seat.incarnation}) in ${where}`,
          loadBalancer,
        );
      }
      if (!isKnown) holders.set(key, [...known, seat]);
      if (by !== undefined) lost.delete(key);
    };
    const forget = (loadBalancer: string, gone: readonly Seats[], now: Seats | null): void => {
      const standing = seatsAmong([now]).map(({ epoch }) => epoch);
      for (const seat of seatsAmong(gone)) {
        if (standing.includes(seat.epoch)) continue;
        const key = keyOf(loadBalancer, seat);
        if (used.has(key)) lost.add(key);
        else holders.delete(key);
      }
    };
    return {
      onEvent(event) {
        if (event.type === 'lost' && event.bucket === 'binding') {
          const gone = event.changes.flatMap((change) => seatsIn(change) ?? []);
          forget(event.key, gone, seatsIn(event.now));
        } else if (event.type === 'stored' && event.bucket === 'binding') {
          const { change, by } = event;
          const { binding = null, standby = null } = seatsIn(change) ?? {};
          const writer: Writer | undefined =
            change.type === 'put' ? [by, writeOf(change.value)] : undefined;
          note(change.key, binding, 'the binding record', writer);
          note(change.key, standby, 'the binding record', writer);
        } else if (event.type === 'written' && event.bucket === 'binding') {
          const { outcome, key, writeId } = event;
          if (outcome === 'unavailable' || outcome === 'unknown') inMind.delayed(key, writeId);
        } else if (event.type === 'learnt' && event.bucket === 'binding') {
          if (event.value === null) return;
          const seats = seatsAmong([seatsOf(event.value)]);
          for (const { epoch } of seats) inMind.read(event.process, event.key, epoch);
        } else if (event.type === 'device') {
          inMind.held(event.entry);
        } else if (event.type === 'sent') {
          const to = parseDown(event.subject);
          if (to?.kind !== 'command') return;
          const { epoch, incarnation, loadBalancer } = commandOf(event.data);
          const seat = { agent: to.agent, incarnation, epoch };
          used.add(keyOf(loadBalancer, seat));
          note(loadBalancer, seat, 'a command');
        }
      },
    };
  },
};

/** Which controller wrote it, by which write. */
type Writer = readonly [controller: string, write: string];

const keyOf = (loadBalancer: string, { epoch }: Seat): string => `${loadBalancer} ${epoch}`;

const seatsIn = (change: StoreChange | null): Seats | null =>
  change?.type === 'put' ? seatsOf(change.value) : null;

const seatsAmong = (records: readonly (Seats | null)[]): readonly Seat[] =>
  records.flatMap((seats) => [seats?.binding ?? [], seats?.standby ?? []].flat());
