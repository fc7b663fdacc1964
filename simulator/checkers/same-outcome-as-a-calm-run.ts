import { isDeepStrictEqual } from 'node:util';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { DesiredRecord } from '../../machines/protocol/load-balancer-messages.ts';
import type { StoreChange } from '../../src/ports/store.ts';
import { DeletionsInMind } from '../evidence/deletions-in-mind.ts';
import { desiredOf } from '../evidence/records.ts';
import type { Facts } from '../workload/facts.ts';
import type { LedgerEntry } from '../workload/ledger.ts';
import { type Attributes, childrenIn, itself, type ResourceName } from '../workload/resources.ts';
import type { CheckerKind } from './checker.ts';

/** What edits change beside what they were asked to. */
const followsFromEdits: ReadonlySet<string> = new Set([
  'updated_at',
  'changed_generation',
  'default_pool_id',
]);

/** Resources below others are looked at by themselves. */
const ofTheirOwn: ReadonlySet<string> = new Set(['listeners', 'pools', 'members', 'healthmonitor']);

/**
 * What is there in the end is what a run without faults would have made of the same acknowledged
 * requests: nothing that nobody asked for, nothing twice, nothing deleted that lives, every attribute that
 * nobody asked to change as it was at first, and the same at each controller. That what was asked for is
 * there, and on the devices, no-load-balancer-lost, no-edit-lost and device-equals-desired say. What was
 * deleted may live again where the store has lost that, and no controller is left that had heard of its end.
 */
export const sameOutcomeAsACalmRun: CheckerKind = {
  name: 'same-outcome-as-a-calm-run',
  start({ world, ledger, controllers, violate }) {
    /** Each resource as it was when it was written first, by its id. */
    const first = new Map<string, Attributes>();
    const inMind = new DeletionsInMind(world);
    const whyNotDeleted = (id: string): string | null => {
      if (!world.losses.ofDeletion(id)) return 'its deletion was acknowledged, and it is live';
      const serving = world.controllerIds().filter((each) => {
        const { controller } = world.controllerHost(each);
        return controller !== null && controllers().includes(controller);
      });
      const knower = inMind.knownBy(id, serving);
      return knower === null ? null : `it is live, and ${knower} has heard that it was removed`;
    };
    return {
      onEvent(event) {
        if (event.type === 'learnt' && event.bucket === 'desired' && event.value === null) {
          inMind.heard(event.process, event.key);
        }
        if (event.type === 'lost' && event.bucket === 'desired') {
          // A request that is repeated makes anew what is lost.
          const left = new Set(idsIn(event.now));
          for (const id of event.changes.flatMap(idsIn)) if (!left.has(id)) first.delete(id);
        }
        if (event.type !== 'stored' || event.bucket !== 'desired') return;
        if (event.change.type !== 'put') return;
        for (const [, resource] of resourcesOf(desiredOf(event.change.value).document)) {
          const id = String(resource['id']);
          if (!first.has(id)) first.set(id, resource);
        }
      },
      atEnd() {
        const names = new Set<string>();
        for (const { key, value } of world.stores.desired.snapshot()) {
          const { document, status } = desiredOf(value);
          const { name } = document;
          const entry = ledger.named(name);
          if (entry === null) violate(`it is called '${name}', and nobody asked for that`, key);
          else if (names.has(name)) violate(`there is another one called '${name}'`, key);
          else {
            const problem =
              (isUndeleted(entry, status) ? whyNotDeleted(key) : null) ??
              whyNotAsked(document, entry.facts, first);
            if (problem !== null) violate(problem, key);
          }
          names.add(name);
          for (const { loadBalancers } of controllers()) {
            if (isDeepStrictEqual(loadBalancers.get(key)?.document, document)) continue;
            violate('a controller shows something else than its record says', key);
          }
        }
      },
    };
  },
};

const isUndeleted = ({ deleted }: LedgerEntry, status: DesiredRecord['status']): boolean =>
  deleted === 'acknowledged' && status === 'live';

function* resourcesOf(document: LoadBalancerDocument): Generator<[ResourceName, Attributes]> {
  yield [itself, document];
  yield* childrenIn(document);
}

function idsIn(change: StoreChange | null): readonly string[] {
  if (change?.type !== 'put') return [];
  return [...resourcesOf(desiredOf(change.value).document)].map(([, { id }]) => String(id));
}

/** What a document holds and no request made so; null where there is nothing of that kind. */
function whyNotAsked(
  document: LoadBalancerDocument,
  facts: Facts,
  first: ReadonlyMap<string, Attributes>,
): string | null {
  const seen = new Set<string>();
  for (const [about, resource] of resourcesOf(document)) {
    const what = `${about.kind} ${about.name}`.trimEnd();
    if (seen.has(what)) return `there are two of its ${what}`;
    seen.add(what);
    if (!facts.concern(about, '')) return `nobody asked for its ${what}`;
    const before = first.get(String(resource['id'])) ?? {};
    for (const [attribute, value] of Object.entries(resource)) {
      if (followsFromEdits.has(attribute) || ofTheirOwn.has(attribute)) continue;
      if (facts.concern(about, attribute) || isDeepStrictEqual(value, before[attribute])) continue;
      return `nobody asked to change the ${attribute} of its ${what}: it was ${JSON.stringify(before[attribute])}, and is ${JSON.stringify(value)}`;
    }
  }
  return null;
}
