import type { CheckerKind } from './checker.ts';

/** `/v2.0/lbaas/pools/{id}/members` or `/v2.0/lbaas/listeners`, and what of it the request is about. */
const writtenAt = /^(\/v2\.0\/lbaas\/(?:pools\/[0-9a-f-]+\/members|[a-z]+))(?:\/([0-9a-f-]+))?/;
const loadBalancersPath = '/v2.0/lbaas/loadbalancers';

/**
 * No write is refused as if what it is about were not there, were there already or were being deleted, while its
 * client, the only one who writes to its load balancer, has been told the opposite. What nobody answered before at the
 * same place may have been done or not, and nobody knows what a store has left of what it lost. A request that is wrong in
 * itself (400) may stand in a scenario file, and is not judged.
 */
export const nothingRightfulRefused: CheckerKind = {
  name: 'nothing-rightful-refused',
  excuses: true,
  start({ world, ledger, judges, violate }) {
    /** Where a client's writes were not answered: by client and collection. */
    const unanswered = new Set<string>();
    return {
      onEvent(event) {
        if (event.type !== 'wire' || event.request.method === 'GET') return;
        const { client, request, answer, controller } = event;
        const entry = ledger.named(client);
        const [, collection = ''] = writtenAt.exec(request.path) ?? [];
        if (entry === null || collection === '') return;
        const place = `${client} ${collection}`;
        if (answer === null || answer.status >= 500) unanswered.add(place);
        if (answer === null) return;
        const isOwn = collection === loadBalancersPath;
        const isThere = (isOwn && request.method === 'POST') || entry.created === 'acknowledged';
        const isLive = (isOwn && request.method === 'DELETE') || entry.deleted === null;
        const hasLost = entry.id !== null && world.losses.of('desired', entry.id).length > 0;
        const isOpen = placesAbove(place).some((each) => unanswered.has(each));
        if (!judges(!isThere || !isLive || hasLost || isOpen)) return;
        if (answer.status !== 404 && answer.status !== 409) return;
        const what = `${request.method} ${request.path}`;
        violate(`${controller} refused ${what}: ${answer.status} ${answer.text}`, entry.id ?? '');
      },
      atEnd() {
        // Where several clients write, the facts of all of them have been asked when it was refused.
        for (const { id, wronglyRefused } of ledger.entries()) {
          if (world.losses.of('desired', id).length > 0) continue;
          for (const problem of wronglyRefused) violate(problem, id);
        }
      },
    };
  },
};

/** Of members and health monitors: whether their pool is there may be open as well. */
function placesAbove(place: string): readonly string[] {
  const isBelow = place.endsWith('/members') || place.endsWith('/healthmonitors');
  return isBelow ? [place, place.replace(/pools.*$|healthmonitors$/, 'pools')] : [place];
}
