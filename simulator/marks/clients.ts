import { type MarkKind, on, type Watch } from './mark.ts';

/** What clients of the API were told. */
export const clientMarks: readonly MarkKind[] = [
  {
    name: 'asked-to-try-again',
    summary: 'The API answered 503, and left open whether the request was carried out.',
    start: () => [told(/^503 /)],
  },
  {
    name: 'connection-broken',
    summary: 'A controller died with a request of a client under way.',
    start: () => [told(/^the connection broke$/)],
  },
  {
    name: 'answered-unconfirmed',
    summary:
      'The store did not tell how far it had come, so an answer was marked as perhaps outdated.',
    start: () => [on('wire', ({ answer }) => answer?.confirmed === false)],
  },
  {
    name: 'found-by-name',
    summary: 'A creation was not answered, and its client found the load balancer by its name.',
    start: () => [told(/^it was found by its name$/)],
  },
  {
    name: 'refused-while-deleting',
    summary: 'An edit was refused because the load balancer was being deleted, or gone.',
    start: () => [told(/^(409|404) /)],
  },
  {
    name: 'unanswered-delete-done',
    summary: 'A deletion was never answered, and was carried out all the same.',
    start() {
      const unanswered = new Set<string>();
      return [
        on('client', ({ request, outcome, loadBalancer }) => {
          if (request === 'delete' && outcome === 'unknown') unanswered.add(loadBalancer);
          return false;
        }),
        on('stored', ({ bucket, change }) => {
          return bucket === 'desired' && change.type === 'removed' && unanswered.has(change.key);
        }),
      ];
    },
  },
];

function told(detail: RegExp): Watch {
  return on('client', (event) => detail.test(event.detail));
}
