import { type BindingSnapshot, bindingOf, desiredOf } from '../evidence/records.ts';
import type { WorldEvent } from '../world/events.ts';
import type { CheckerKind } from './checker.ts';

type Context = BindingSnapshot['context'];

interface Known {
  /** The newest revision of the desired record; its generation outlives the record. */
  generation: number;
  deleting: boolean;
  /** The newest binding record; null where there is none. */
  binding: Context | null;
  /** The desired record was removed: there may be no record of it any more. */
  purged: boolean;
  /** The newest generation that its store has lost. */
  lostGeneration: number;
  /** A deletion of it was on record, and was lost. */
  lostDeletion: boolean;
}

/** Each record agrees with itself, with the one before it, and with the other one of its load balancer. */
export const selfConsistentRecords: CheckerKind = {
  name: 'self-consistent-records',
  start({ violate }) {
    const known = new Map<string, Known>();
    const of = (id: string): Known => {
      const entry = known.get(id) ?? {
        generation: 0,
        deleting: false,
        binding: null,
        purged: false,
        lostGeneration: 0,
        lostDeletion: false,
      };
      known.set(id, entry);
      return entry;
    };
    const desiredPut = (id: string, value: string): string | null => {
      const { generation, status } = desiredOf(value);
      const before = of(id);
      const problem = whyNotNext(before, generation, status === 'deleting');
      before.generation = generation;
      before.deleting = status === 'deleting';
      return problem;
    };
    const desiredGone = (id: string): string | null => {
      const entry = of(id);
      entry.purged = true;
      if (!entry.deleting) return 'its desired record was removed while it was live';
      return entry.binding === null
        ? null
        : 'its desired record was removed before its binding record';
    };
    const bindingPut = (id: string, value: string): string | null => {
      const { context } = bindingOf(value);
      const entry = of(id);
      const before = entry.binding;
      entry.binding = context;
      if (entry.purged) return 'it was purged, and has a binding record again';
      return whyNotItself(context) ?? whyNotAfter(before, context) ?? whyNotBeside(entry, context);
    };
    /** From now on, what stands there again is what the next record has to follow. */
    const lost = ({ bucket, key, changes, now }: Extract<WorldEvent, { type: 'lost' }>): void => {
      const entry = of(key);
      if (bucket === 'binding') {
        entry.binding = now?.type === 'put' ? bindingOf(now.value).context : null;
        return;
      }
      for (const change of changes) {
        const { generation = entry.generation, status = 'deleting' } =
          change.type === 'put' ? desiredOf(change.value) : {};
        entry.lostGeneration = Math.max(entry.lostGeneration, generation);
        entry.lostDeletion ||= status === 'deleting';
      }
      const record = now?.type === 'put' ? desiredOf(now.value) : null;
      entry.generation = record?.generation ?? 0;
      entry.deleting = record?.status === 'deleting';
      entry.purged = now?.type === 'removed';
    };
    return {
      onEvent(event) {
        if (event.type === 'lost' && (event.bucket === 'desired' || event.bucket === 'binding')) {
          lost(event);
        }
        if (event.type !== 'stored') return;
        const { bucket, change } = event;
        if (bucket !== 'desired' && bucket !== 'binding') return;
        const { key } = change;
        let problem: string | null = null;
        if (bucket === 'desired') {
          problem = change.type === 'put' ? desiredPut(key, change.value) : desiredGone(key);
        } else if (change.type === 'put') problem = bindingPut(key, change.value);
        else of(key).binding = null;
        if (problem !== null) violate(problem, key);
      },
    };
  },
};

/** A desired record's generation grows by one with each edit, and nothing comes back from deletion. */
function whyNotNext(before: Known, generation: number, deleting: boolean): string | null {
  if (before.purged) return 'it was purged, and has a desired record again';
  const isNext = generation === before.generation + 1;
  // What was lost is written again, or outrun.
  const isAboveLost = generation > before.generation && generation <= before.lostGeneration + 1;
  if (!isNext && !isAboveLost) {
    return `generation ${generation} was written after generation ${before.generation}`;
  }
  return before.deleting && !deleting ? 'it was being deleted, and is live again' : null;
}

/** What rule R1 says of one record. */
function whyNotItself(context: Context): string | null {
  const { binding, standby, replaced, lastEpoch, appliedEpoch } = context;
  for (const seat of [binding, standby, replaced]) {
    if (seat !== null && seat.epoch > lastEpoch) {
      return `${seat.agent} has epoch ${seat.epoch}, and ${lastEpoch} is the last one that was given`;
    }
  }
  if (appliedEpoch > lastEpoch) {
    return `epoch ${appliedEpoch} was applied, and ${lastEpoch} is the last one that was given`;
  }
  if (binding === null) return null;
  if (standby !== null) {
    if (standby.agent === binding.agent) return `${standby.agent} is its own standby`;
    if (standby.epoch <= binding.epoch) {
      return `its standby has epoch ${standby.epoch}, which the binding's ${binding.epoch} would refuse`;
    }
  }
  if (replaced !== null && replaced.agent === binding.agent) {
    return `${replaced.agent} replaced itself`;
  }
  if (replaced !== null && replaced.epoch >= binding.epoch) {
    return `epoch ${binding.epoch} replaced epoch ${replaced.epoch}, which is newer`;
  }
  return null;
}

/** Epochs never decrease from one revision to the next, and a holder that changes has a new one. */
function whyNotAfter(before: Context | null, now: Context): string | null {
  if (before === null) return null;
  if (now.lastEpoch < before.lastEpoch) {
    return `its last epoch was ${before.lastEpoch}, and is ${now.lastEpoch}`;
  }
  if (before.binding === null) return null;
  if (now.binding === null) return `it was bound to ${before.binding.agent}, and nobody knows that`;
  const { epoch } = now.binding;
  if (epoch < before.binding.epoch) {
    return `its binding had epoch ${before.binding.epoch}, and has ${epoch}`;
  }
  return null;
}

/** Nothing can be applied that was never wanted. */
function whyNotBeside(entry: Known, context: Context): string | null {
  for (const generation of [context.generation, context.appliedGeneration]) {
    if (generation > Math.max(entry.generation, entry.lostGeneration)) {
      return `its binding record knows generation ${generation}, and ${entry.generation} is the newest`;
    }
  }
  return context.status === 'deleting' && !entry.deleting && !entry.lostDeletion
    ? 'its binding record says that it is being deleted, and its desired record does not'
    : null;
}
