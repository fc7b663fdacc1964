import { isHand, ReadsAmongOthers } from '../evidence/reads-among-others.ts';
import { desiredOf } from '../evidence/records.ts';
import { type Sight, sightOf } from '../evidence/wire.ts';
import { itemsOf, resourceOf, textOf } from '../workload/answers.ts';
import type { Exchange } from '../world/events.ts';
import type { Losses } from '../world/losses.ts';
import type { CheckerKind } from './checker.ts';

const pathOf = /^\/v2\.0\/lbaas\/(loadbalancers|listeners|pools)(?:\/([0-9a-f-]+))?(?:\?.*)?$/;

/** What one client may rely on seeing. */
interface Known {
  /** Which of its edits a description is, in the order in which they were asked for. */
  readonly numbers: Map<string, number>;
  asked: number;
  /** The number of the newest description that was acknowledged or seen, and since when. */
  description: { number: number; sinceMs: number };
  /** Numbers of edits that nobody answered: they may be made at any time. */
  readonly unanswered: Set<number>;
  /** Listeners and pools whose creation was acknowledged, and since when. */
  readonly children: Map<string, number>;
  deletedSinceMs: number;
}

/**
 * A client reads its own acknowledged writes at whichever controller it asks next, and never an
 * older state than it has seen. What counts is that the answer came before the next question was
 * asked. Answers that the API marks as unconfirmed promise nothing, and nobody knows any more what the
 * store itself has lost. Where several clients work at a load balancer, each sees what any of them was told before.
 */
export const readsNeverGoBack: CheckerKind = {
  name: 'reads-never-go-back',
  start({ world, ledger, violate }) {
    const clients = new Map<string, Known>();
    const amongOthers = new ReadsAmongOthers(ledger);
    return {
      onEvent(event, atMs) {
        if (event.type === 'asked') amongOthers.noteAsked(event);
        if (event.type === 'wire' && isHand(event.client)) {
          const sight = sightOf(event);
          if (sight === null || world.losses.of('desired', sight.id).length > 0) return;
          const problem = amongOthers.whatIsWrong(event, sight);
          if (problem !== null) violate(`${event.controller} shows ${problem}`, sight.id);
          return;
        }
        if (event.type === 'asked') {
          const known = clients.get(event.client) ?? newKnown();
          clients.set(event.client, known);
          const { method, path, body } = event.request;
          const wanted = textOf(resourceOf(body, 'loadbalancer'), 'description');
          if (wanted !== '') known.numbers.set(wanted, (known.asked += 1));
          // From now on it may be gone.
          if (method === 'DELETE') known.children.delete(pathOf.exec(path)?.[2] ?? '');
        }
        if (event.type !== 'wire') return;
        const known = clients.get(event.client) ?? newKnown();
        clients.set(event.client, known);
        if (event.request.method !== 'GET') noteWrite(known, event, atMs);
        const sight = sightOf(event);
        if (sight === null) return;
        const lost = lostOf(known, world.losses, sight.id);
        const problem = older(known, sight, event.askedMs, lost);
        if (problem !== null) violate(`${event.controller} shows ${problem}`, sight.id);
        noteDescription(known, sight.resource, atMs);
      },
    };
  },
};

const newKnown = (): Known => ({
  numbers: new Map(),
  asked: 0,
  description: { number: 0, sinceMs: 0 },
  unanswered: new Set(),
  children: new Map(),
  deletedSinceMs: Number.POSITIVE_INFINITY,
});

/** What its store has lost of what this client knew. */
interface Lost {
  /** Of the edits whose descriptions are lost. */
  readonly numbers: ReadonlySet<number>;
  readonly texts: readonly string[];
  readonly deletion: boolean;
}

function lostOf({ numbers }: Known, losses: Losses, id: string): Lost | null {
  const lost = losses.of('desired', id);
  if (lost.length === 0) return null;
  const texts = lost.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.type === 'put' ? change.value : [])),
  );
  const lostNumbers = texts.map((text) => numbers.get(desiredOf(text).document.description) ?? 0);
  return { numbers: new Set(lostNumbers), texts, deletion: losses.ofDeletion(id) };
}

/** What of a sight is older than what was known when it was asked for; null if nothing is. */
function older(
  known: Known,
  { resource, status }: Sight,
  askedMs: number,
  lost: Lost | null,
): string | null {
  if (known.deletedSinceMs <= askedMs) {
    if (lost?.deletion === true) return null;
    const isDeleting = ['PENDING_DELETE', 'ERROR', 'gone'].includes(status);
    return isDeleting ? null : `${status}, although its deletion was acknowledged`;
  }
  if (resource === null) return null;
  const number = numberOf(known, resource);
  const { description, unanswered, children } = known;
  const isKnown = description.sinceMs <= askedMs && lost?.numbers.has(description.number) !== true;
  if (isKnown && number < description.number && !unanswered.has(number)) {
    return `its description as of edit ${number}, although edit ${description.number} was shown before`;
  }
  const ids = new Set(
    ['listeners', 'pools'].flatMap((key) => itemsOf(resource, key).map((item) => item['id'])),
  );
  for (const [id, sinceMs] of children) {
    if (
      sinceMs <= askedMs &&
      !ids.has(id) &&
      lost?.texts.some((text) => text.includes(id)) !== true
    )
      return `it without ${id}, whose creation was acknowledged`;
  }
  return null;
}

function noteWrite(known: Known, { request, answer }: Exchange, atMs: number): void {
  const { method, path, body } = request;
  const [, collection] = pathOf.exec(path) ?? [];
  if (collection === undefined) return;
  const isAcknowledged = answer !== null && answer.status < 300;
  if (method === 'DELETE') {
    if (collection === 'loadbalancers' && isAcknowledged) known.deletedSinceMs = atMs;
    return;
  }
  if (collection === 'loadbalancers') {
    const asked = resourceOf(body, 'loadbalancer');
    if (!isAcknowledged) known.unanswered.add(numberOf(known, asked));
    else noteDescription(known, resourceOf(JSON.parse(answer.text), 'loadbalancer'), atMs);
  } else if (method === 'POST' && isAcknowledged) {
    const made = resourceOf(JSON.parse(answer.text), collection.slice(0, -1));
    known.children.set(textOf(made, 'id'), atMs);
  }
}

function noteDescription(
  known: Known,
  resource: Readonly<Record<string, unknown>> | null,
  atMs: number,
): void {
  const number = numberOf(known, resource);
  if (number > known.description.number) known.description = { number, sinceMs: atMs };
}

/** 0 before any edit. */
const numberOf = (known: Known, resource: Readonly<Record<string, unknown>> | null): number =>
  known.numbers.get(textOf(resource, 'description')) ?? 0;
