import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { type Attributes, itself, type ResourceName, resourceIn } from './resources.ts';

/** What must be true of an attribute, or of a resource's being there. */
interface Fact {
  readonly about: ResourceName;
  /** Empty: whether the resource is there at all. */
  readonly attribute: string;
  /** What the newest acknowledged request made it; undefined where none was acknowledged. */
  stands: unknown;
  /** What requests asked for that nobody answered: it may be that as well, now or later. */
  readonly possible: unknown[];
}

/** What a client may rely on, by the answers that it got: attribute by attribute. */
export class Facts {
  readonly #facts = new Map<string, Fact>();

  /** A creation, with all the children that its body holds. */
  created(about: ResourceName, attributes: Attributes, certain: boolean): void {
    this.#note(about, '', true, certain);
    this.updated(about, attributes, certain);
    for (const [child, body] of childrenOf(about, attributes)) this.created(child, body, certain);
  }

  updated(about: ResourceName, attributes: Attributes, certain: boolean): void {
    for (const [attribute, value] of Object.entries(attributes)) {
      if (typeof value === 'object' || notKept.has(attribute)) continue;
      this.#note(about, attribute, value, certain);
    }
  }

  deleted(about: ResourceName, certain: boolean): void {
    this.#note(about, '', false, certain);
  }

  /** Did any request concern the attribute, or, where that is empty, the resource's being there? */
  concern(about: ResourceName, attribute: string): boolean {
    return this.#facts.has(keyOf(about, attribute));
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
      // A resource that is rightly absent has no attributes to compare.
      if (fact.attribute !== '' && resourceIn(document, fact.about) === null) continue;
      const actual = valueIn(document, fact);
      if (fact.stands === undefined || actual === fact.stands) continue;
      if (fact.possible.includes(actual)) continue;
      if (restored.some((each) => actual === valueIn(each, fact))) continue;
      return inWords(fact, actual);
    }
    return null;
  }

  #note(about: ResourceName, attribute: string, value: unknown, certain: boolean): void {
    const key = keyOf(about, attribute);
    let fact = this.#facts.get(key);
    if (fact === undefined) {
      fact = { about, attribute, stands: undefined, possible: [] };
      this.#facts.set(key, fact);
    }
    if (certain) fact.stands = value;
    else fact.possible.push(value);
  }
}

const keyOf = ({ kind, name }: ResourceName, attribute: string): string =>
  `${kind} ${name} ${attribute}`;

/** Stands in the name of the resource, or is the deployment's own business. */
const notKept: ReadonlySet<string> = new Set(['name', 'vip_subnet_id']);

function* childrenOf(
  { kind, name }: ResourceName,
  attributes: Attributes,
): Generator<[ResourceName, Attributes]> {
  const listed = (key: string) => (attributes[key] ?? []) as readonly Attributes[];
  if (kind === 'loadbalancer') {
    for (const body of listed('listeners')) yield [{ kind: 'listener', name: nameOf(body) }, body];
    for (const body of listed('pools')) yield [{ kind: 'pool', name: nameOf(body) }, body];
  }
  if (kind !== 'pool') return;
  for (const body of listed('members')) {
    yield [{ kind: 'member', name: `${name}/${nameOf(body)}` }, body];
  }
  const monitor = attributes['healthmonitor'] as Attributes | undefined;
  if (monitor !== undefined) {
    yield [{ kind: 'healthmonitor', name: `${name}/${nameOf(monitor)}` }, monitor];
  }
}

const nameOf = ({ name }: Attributes): string => (typeof name === 'string' ? name : '');

function valueIn(document: LoadBalancerDocument, { about, attribute }: Fact): unknown {
  const resource = resourceIn(document, about);
  return attribute === '' ? resource !== null : resource?.[attribute];
}

function inWords({ about, attribute, stands }: Fact, actual: unknown): string {
  const { kind, name } = about;
  const what = kind === itself.kind ? 'its' : `${kind} ${name}'s`;
  if (attribute !== '') {
    return `${what} ${attribute} is '${String(actual)}', and the acknowledged one is '${String(stands)}'`;
  }
  return stands === true
    ? `${kind} ${name} was created and acknowledged, and is not there`
    : `${kind} ${name} was deleted and acknowledged, and is there`;
}
