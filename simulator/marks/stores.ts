import { bindingOf, desiredOf, seatsOf } from '../evidence/records.ts';
import type { WorldEvent } from '../world/events.ts';
import { type MarkKind, noting, on, type Watch } from './mark.ts';

type Written = Extract<WorldEvent, { readonly type: 'written' }>;

/** How writes ended. */
export const storeMarks: readonly MarkKind[] = [
  {
    name: 'race-for-a-record-lost',
    summary: 'An actor lost the race for its record, and began again from what stood there.',
    start: () => [conflict('binding')],
  },
  {
    name: 'race-for-a-document-lost',
    summary: 'An edit met a newer document, and was made again on that.',
    start: () => [conflict('desired')],
  },
  {
    name: 'unanswered-write-had-happened',
    summary:
      'A write was not acknowledged; when it was repeated, it turned out to be committed (R4).',
    start: () =>
      repeated(({ revision, askedAtMs }, storedAtMs) => {
        return revision !== null && storedAtMs !== null && storedAtMs < askedAtMs;
      }),
  },
  {
    name: 'unanswered-write-had-not-happened',
    summary: 'A write was not acknowledged; when it was repeated, it was committed only then (R4).',
    start: () =>
      repeated(({ revision, askedAtMs }, storedAtMs) => {
        return revision !== null && (storedAtMs === null || storedAtMs >= askedAtMs);
      }),
  },
  {
    name: 'unanswered-write-overtaken',
    summary: 'A write was not acknowledged, and somebody else had written before it was repeated.',
    start: () => repeated(({ outcome }) => outcome === 'refused'),
  },
  {
    name: 'store-without-a-leader',
    summary: 'A store took no write for a moment.',
    start: () => [on('written', ({ outcome }) => outcome === 'unavailable')],
  },
  {
    name: 'lost-write-written-again',
    summary:
      'A store lost an edit that it had acknowledged, and a controller that still knew it wrote it again.',
    start() {
      const lost = new Map<string, Set<string>>();
      return [
        noting('lost', ({ bucket, key, changes }) => {
          if (bucket !== 'desired') return;
          const edits = lost.get(key) ?? new Set();
          for (const change of changes) if (change.type === 'put') edits.add(editOf(change.value));
          lost.set(key, edits);
        }),
        on('stored', ({ bucket, change }) => {
          if (bucket !== 'desired' || change.type !== 'put') return false;
          return lost.get(change.key)?.has(editOf(change.value)) === true;
        }),
      ];
    },
  },
  {
    name: 'lost-edit-outrun',
    summary:
      'A store lost an edit that a device had, and what was left of the document took a newer generation.',
    start() {
      const lost = new Map<string, number>();
      return [
        noting('lost', ({ bucket, key, changes }) => {
          if (bucket !== 'desired') return;
          const generations = changes.map((change) =>
            change.type === 'put' ? desiredOf(change.value).generation : 0,
          );
          lost.set(key, Math.max(...generations, lost.get(key) ?? 0));
        }),
        on('stored', ({ bucket, change }) => {
          const { key } = change;
          const newest = lost.get(key);
          if (bucket !== 'desired' || change.type !== 'put' || newest === undefined) return false;
          // An edit on what was left follows that; one that was written again has a lost generation.
          lost.delete(key);
          return desiredOf(change.value).generation === newest + 1;
        }),
      ];
    },
  },
  {
    name: 'rolled-back-then-epoch-jumped',
    summary:
      'A store forgot an epoch that a device knew, and the next one that was given was above it (R9).',
    start() {
      const known = new Map<string, number>();
      const behind = new Set<string>();
      return [
        noting('device', ({ entry: { lb, kind, epoch } }) => {
          if (kind !== 'refused') known.set(lb, Math.max(epoch, known.get(lb) ?? 0));
        }),
        noting('lost', ({ bucket, key, now }) => {
          if (bucket !== 'binding') return;
          const issued = now?.type === 'put' ? bindingOf(now.value).context.lastEpoch : 0;
          if (issued < (known.get(key) ?? 0)) behind.add(key);
        }),
        on('stored', ({ bucket, change }) => {
          const { key } = change;
          if (bucket !== 'binding' || change.type !== 'put' || !behind.has(key)) return false;
          return (seatsOf(change.value).binding?.epoch ?? 0) > (known.get(key) ?? 0);
        }),
      ];
    },
  },
];

const editOf = (value: string): string => desiredOf(value).operationIds.at(-1) ?? '';

function conflict(bucket: Written['bucket']): Watch {
  return on('written', (event) => event.bucket === bucket && event.outcome === 'refused');
}

/**
 * Looks at what became of a write that was repeated because nobody had acknowledged it, beside the
 * time at which the store had told of the revision that the repetition was answered with.
 */
function repeated(isReached: (write: Written, storedAtMs: number | null) => boolean) {
  const unanswered = new Set<string>();
  const stored = new Map<string, { revision: number; atMs: number }>();
  return [
    on('stored', ({ bucket, change: { key, revision } }, atMs) => {
      stored.set(`${bucket} ${key}`, { revision, atMs });
      return false;
    }),
    on('written', (write) => {
      const { bucket, key, writeId, outcome, revision } = write;
      const id = `${bucket} ${key} ${writeId}`;
      if (outcome === 'unknown') unanswered.add(id);
      if (outcome === 'unknown' || outcome === 'unavailable' || !unanswered.has(id)) return false;
      const newest = stored.get(`${bucket} ${key}`);
      return isReached(write, newest?.revision === revision ? newest.atMs : null);
    }),
  ];
}
