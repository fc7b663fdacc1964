import type { Change } from './change.ts';
import { type Attributes, type ResourceName, withinPool } from './resources.ts';

/** What a request makes of one attribute. */
export interface Effect {
  readonly about: ResourceName;
  /** Empty: whether the resource is there at all. */
  readonly attribute: string;
  readonly value: unknown;
}

/** Stand in the name of a resource, are resources of their own, or are the deployment's own business. */
const notKept: ReadonlySet<string> = new Set([
  'name',
  'vip_subnet_id',
  'listeners',
  'pools',
  'members',
  'healthmonitor',
]);

/** A creation, with all the children that its body holds. */
export function* creationOf(about: ResourceName, attributes: Attributes): Generator<Effect> {
  yield { about, attribute: '', value: true };
  yield* updateOf(about, attributes);
  for (const [child, body] of childrenOf(about, attributes)) yield* creationOf(child, body);
}

export function* updateOf(about: ResourceName, attributes: Attributes): Generator<Effect> {
  for (const [attribute, value] of Object.entries(attributes)) {
    if (notKept.has(attribute)) continue;
    // A default pool is known by its name, because its id is told only later.
    const kept = attribute === 'default_pool' ? nameOf(value as Attributes) : value;
    yield { about, attribute, value: kept };
  }
}

/** What a change is known to do. That a batch removes all other members is the business of the facts. */
export function* effectsOf(change: Change): Generator<Effect> {
  const { verb, attributes } = change;
  if (verb === 'create') yield* creationOf(change, attributes);
  else if (verb === 'update') yield* updateOf(change, attributes);
  else if (verb === 'delete') yield { about: change, attribute: '', value: false };
  else {
    for (const [member, body] of childrenOf(change, attributes)) yield* creationOf(member, body);
  }
}

/** The names of the members that a batch asks for. */
export function wantedMembers({ name, attributes }: Change): ReadonlySet<string> {
  const about = { kind: 'pool', name } as const;
  return new Set([...childrenOf(about, attributes)].map(([member]) => member.name));
}

/** Is it a member of that pool? */
export const isMemberOf = ({ kind, name }: ResourceName, pool: string): boolean =>
  kind === 'member' && withinPool(name).pool === pool;

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
