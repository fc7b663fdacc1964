import { isDeepStrictEqual } from 'node:util';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Outcome } from '../world/events.ts';
import type { Change } from './change.ts';
import { type Effect, effectsOf, isMemberOf, wantedMembers } from './effects.ts';
import { Register, type Span } from './register.ts';
import { poolOf } from './resource-paths.ts';
import { itself, type ResourceName, resourceIn } from './resources.ts';

/** What must be true of an attribute, or of a resource's being there. */
interface Fact extends Omit<Effect, 'value'> {
  readonly register: Register;
}

/** A batch replaces all members of its pool, also those whose creation is asked for meanwhile. */
interface Batch {
  readonly pool: string;
  readonly wanted: ReadonlySet<string>;
  readonly span: Span;
}

/** What clients may rely on, by the answers that they got: attribute by attribute, whoever asked for it. */
export class Facts {
  readonly #facts = new Map<string, Fact>();
  readonly #batches: Batch[] = [];
  readonly #poolDeletions: { readonly pool: string; readonly span: Span }[] = [];
  #moments = 0;

  /** The next moment in the order of all questions and answers. */
  now(): number {
    this.#moments += 1;
    return this.#moments;
  }

  /** Somebody asks for a change; what is returned has to be called with what came of it. */
  asks(change: Change): (outcome: Outcome) => void {
    const span: Span = {
      from: this.now(),
      until: Number.POSITIVE_INFINITY,
      outcome: 'undecided',
    };
    for (const { about, attribute, value } of effectsOf(change)) {
      this.#fact(about, attribute).register.write(span, value);
    }
    const { kind, name, verb } = change;
    if (kind === 'pool' && verb === 'delete') this.#poolDeletions.push({ pool: name, span });
    if (verb === 'replace') this.#replaces({ pool: name, wanted: wantedMembers(change), span });
    return (outcome) => {
      const until = this.now();
      if (outcome === 'unknown') return;
      span.until = until;
      span.outcome = outcome === 'acknowledged' ? 'acknowledged' : 'refused';
    };
  }

  /** Did any request concern the attribute, or, where that is empty, the resource's being there? */
  concern(about: ResourceName, attribute: string): boolean {
    const asked = attribute === 'default_pool_id' ? 'default_pool' : attribute;
    return this.#facts.get(keyOf(about, asked))?.register.isWritten === true;
  }

  /** Is the resource surely there, for whoever asks from then on, and nobody may be removing it? */
  mustBeThere(about: ResourceName, askedAt?: number): boolean {
    const fact = this.#facts.get(keyOf(about, ''));
    const pool = poolOf(about);
    if (pool !== null && !this.mustBeThere(pool, askedAt)) return false;
    return fact?.register.standing(askedAt)?.every((value) => value === true) === true;
  }

  /** Is the resource surely not there, and nobody may be making it? */
  mustBeAbsent(about: ResourceName, askedAt: number): boolean {
    const standing = this.#facts.get(keyOf(about, ''))?.register.standing(askedAt) ?? null;
    return standing?.every((value) => value === false) === true;
  }

  /** The listeners and pools that are surely there. */
  *sureChildren(askedAt: number): Generator<ResourceName> {
    for (const { about, attribute } of this.#facts.values()) {
      const isChild = attribute === '' && (about.kind === 'listener' || about.kind === 'pool');
      if (isChild && this.mustBeThere(about, askedAt)) yield about;
    }
  }

  /** How what is shown of the load balancer itself, to somebody who asked then, contradicts what was acknowledged before. */
  contradictionIn(shown: Readonly<Record<string, unknown>>, askedAt: number): string | null {
    for (const fact of this.#facts.values()) {
      if (fact.about.kind !== itself.kind || !(fact.attribute in shown)) continue;
      const standing = fact.register.standing(askedAt);
      const actual = shown[fact.attribute];
      if (standing === null || has(standing, actual)) continue;
      return inWords(fact, actual, standing);
    }
    return null;
  }

  /**
   * How a document contradicts what was acknowledged, in a sentence; null if it does not. What its store
   * went back to, when it lost writes, may stand as well.
   */
  contradiction(
    document: LoadBalancerDocument,
    restored: readonly LoadBalancerDocument[] = [],
  ): string | null {
    for (const fact of this.#facts.values()) {
      // A resource that is rightly absent has no attributes and no children to compare.
      if (isMoot(document, fact)) continue;
      const actual = valueIn(document, fact);
      const standing = fact.register.standing();
      if (standing === null || has(standing, actual)) continue;
      if (this.#isWithoutPool(fact, actual, standing)) continue;
      if (restored.some((each) => isDeepStrictEqual(actual, valueIn(each, fact)))) continue;
      return inWords(fact, actual, standing);
    }
    return null;
  }

  #replaces(batch: Batch): void {
    this.#batches.push(batch);
    for (const fact of this.#facts.values()) sweep(fact, batch);
  }

  /** A listener whose default pool somebody has deleted has none. */
  #isWithoutPool({ attribute }: Fact, actual: unknown, standing: readonly unknown[]): boolean {
    if (attribute !== 'default_pool' || actual !== null) return false;
    return this.#poolDeletions.some(
      ({ pool, span }) => span.outcome !== 'refused' && standing.includes(pool),
    );
  }

  #fact(about: ResourceName, attribute: string): Fact {
    const key = keyOf(about, attribute);
    let fact = this.#facts.get(key);
    if (fact === undefined) {
      const { kind, name } = about;
      fact = { about: { kind, name }, attribute, register: new Register() };
      this.#facts.set(key, fact);
      for (const batch of this.#batches) sweep(fact, batch);
    }
    return fact;
  }
}

/** Notes that the batch removes this one, if it does. */
function sweep({ about, attribute, register }: Fact, { pool, wanted, span }: Batch): void {
  if (attribute !== '' || !isMemberOf(about, pool) || wanted.has(about.name)) return;
  register.write(span, false);
}

const keyOf = ({ kind, name }: ResourceName, attribute: string): string =>
  `${kind} ${name} ${attribute}`;

const has = (values: readonly unknown[], actual: unknown): boolean =>
  values.some((value) => isDeepStrictEqual(value, actual));

function isMoot(document: LoadBalancerDocument, { about, attribute }: Fact): boolean {
  if (attribute !== '') return resourceIn(document, about) === null;
  const pool = poolOf(about);
  return pool !== null && resourceIn(document, pool) === null;
}

function valueIn(
  document: LoadBalancerDocument,
  { about, attribute }: Omit<Fact, 'register'>,
): unknown {
  const resource = resourceIn(document, about);
  if (attribute === '') return resource !== null;
  if (attribute !== 'default_pool') return resource?.[attribute];
  const id = resource?.['default_pool_id'];
  return document.pools.find((pool) => pool.id === id)?.name ?? null;
}

function inWords(
  { about, attribute }: Omit<Fact, 'register'>,
  actual: unknown,
  standing: readonly unknown[],
): string {
  const { kind, name } = about;
  const what = kind === itself.kind ? 'its' : `${kind} ${name}'s`;
  if (attribute !== '') {
    const allowed = standing.map(text).join(' or ');
    return `${what} ${attribute} is ${text(actual)}, and the acknowledged one is ${allowed}`;
  }
  return standing.includes(true)
    ? `${kind} ${name} was created and acknowledged, and is not there`
    : `${kind} ${name} was deleted and acknowledged, and is there`;
}

const text = (value: unknown): string =>
  typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
