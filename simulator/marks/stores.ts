import type { WorldEvent } from '../world/events.ts';
import { type MarkKind, on, type Watch } from './mark.ts';

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
];

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
