import type { Clock } from '../../machines/ports/clock.ts';
import type { Stores } from '../../src/ports/store.ts';
import type { BindingSnapshot } from '../evidence/records.ts';
import { replaced } from './stores.ts';

/** Gives every standby the epoch after the binding's, and counts on from there (V1). */
export function countsFromTheBinding(stores: Stores): Stores {
  return rewritten(stores, 'binding', (context) => {
    const { binding, standby } = context;
    if (binding === null) return context;
    const next = binding.epoch + 1;
    if (standby === null) return { ...context, lastEpoch: binding.epoch };
    return { ...context, standby: { ...standby, epoch: next }, lastEpoch: next };
  });
}

/** Gives a standby that is named anew the epoch that was granted before (V2). */
export function grantsAnEpochAgain(stores: Stores): Stores {
  return rewritten(stores, 'binding', (context) => {
    const { binding, standby } = context;
    if (binding === null || standby === null) return context;
    return { ...context, standby: { ...standby, epoch: binding.epoch + 1 } };
  });
}

/** Keeps a standby beside the binding that it was promoted to. */
export function keepsPromotedStandbys(stores: Stores): Stores {
  return rewritten(stores, 'binding', (context) =>
    context.standby === null ? { ...context, standby: context.binding } : context,
  );
}

/** Takes a verdict back a while after it was put on record. */
export function takesVerdictsBack(stores: Stores, clock: Clock): Stores {
  const before = new Map<string, string>();
  return replaced(stores, 'liveness', (store) => ({
    async update(key, value, revision, writeId) {
      const result = await store.update(key, value, revision, writeId);
      const last = before.get(key);
      if (!value.includes('"value":"dead"')) before.set(key, value);
      else if (result.committed && last !== undefined) {
        clock.setTimer(100, () => void store.update(key, last, result.revision, `back-${writeId}`));
      }
      return result;
    },
  }));
}

/** Takes an agent that is being restarted for any other, where the one who reads did not write that. */
export function hidesRestarts(stores: Stores): Stores {
  const hidden = (value: string): string =>
    value
      .replace('"value":"restarting"', '"value":"alive"')
      .replace(/"restart":\{[^}]*\}/, '"restart":null');
  return replaced(stores, 'liveness', (store) => ({
    async get(key, after) {
      const entry = await store.get(key, after);
      return entry === null ? null : { ...entry, value: hidden(entry.value) };
    },
    watch: (onChange, onReady, onRewound) =>
      store.watch(
        (change) =>
          onChange(change.type === 'put' ? { ...change, value: hidden(change.value) } : change),
        onReady,
        onRewound,
      ),
  }));
}

/** Forgets with each record that is read what deaths an agent has come back from. */
export function forgetsDeaths(stores: Stores): Stores {
  const forgotten = (value: string): string =>
    value
      .replace(/"returns":\[[^\]]*\]/, '"returns":[]')
      .replace(/"flapping":\{[^}]*\}/, '"flapping":null');
  return replaced(stores, 'liveness', (store) => ({
    create: (key, value, writeId) => store.create(key, forgotten(value), writeId),
    update: (key, value, revision, writeId) =>
      store.update(key, forgotten(value), revision, writeId),
  }));
}

type Context = BindingSnapshot['context'];

/** Writes something else than what the actor has decided, in whole records. */
function rewritten(
  stores: Stores,
  bucket: 'binding',
  change: (context: Context) => Context,
): Stores {
  const text = (value: string): string => {
    const record = JSON.parse(value) as { readonly snapshot: { readonly context: Context } };
    const context = change(record.snapshot.context);
    return JSON.stringify({ ...record, snapshot: { ...record.snapshot, context } });
  };
  return replaced(stores, bucket, (store) => ({
    create: (key, value, writeId) => store.create(key, text(value), writeId),
    update: (key, value, revision, writeId) => store.update(key, text(value), revision, writeId),
  }));
}
