import { Fault } from '../../../machines/model/fault.ts';
import { formatAddress, parseAddress } from '../../vips/address.ts';
import { truths, untruths } from '../schemas/attributes.ts';

/**
 * What an attribute holds: how it is compared and in which spellings a query may name its values. A
 * structure (a list or an object) can be shown, but neither filtered by nor sorted by.
 */
export type Kind = 'text' | 'word' | 'number' | 'boolean' | 'address' | 'structure';

/** All attributes of a resource's answers, by name. */
export type Attributes = Readonly<Record<string, Kind>>;

/** What lists of one kind of resource are made of. */
export interface Shape {
  /** The key of the items in an answer, such as `loadbalancers`. */
  readonly plural: string;
  readonly attributes: Attributes;
  /** What can be filtered by although no answer holds it, such as the load balancer of a pool. */
  readonly relations: Attributes;
}

export type Scalar = string | number | boolean | null;

/** The kind of an attribute that can be filtered by; null if there is no such one. */
export function filterKind({ attributes, relations }: Shape, name: string): Kind | null {
  return scalarKind(attributes, name) ?? scalarKind(relations, name);
}

/** The kind of an attribute that can be sorted by; null if there is no such one. */
export function sortKind({ attributes }: Shape, name: string): Kind | null {
  return scalarKind(attributes, name);
}

function scalarKind(attributes: Attributes, name: string): Kind | null {
  const kind = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return kind === undefined || kind === 'structure' ? null : kind;
}

export function scalarNames(...all: readonly Attributes[]): readonly string[] {
  return all.flatMap((attributes) =>
    Object.keys(attributes).filter((name) => scalarKind(attributes, name) !== null),
  );
}

/** Octavia's words for what no value of such a kind could be. */
const reasons: Readonly<Partial<Record<Kind, string>>> = {
  number: 'Value should be a number',
  boolean: 'Value not an unambiguous boolean',
  address: 'Value should be IPv4 or IPv6 format',
};

/**
 * One spelling for all the ways to write a value: ids and enumerations without regard to case, as
 * Octavia's database compares them, numbers and addresses by what they mean. Null is written as
 * nothing. Throws a Fault (400) for what no value of the kind could be.
 */
export function canonical(name: string, kind: Kind, written: string): string {
  const spelling = spellingOf(kind, written);
  if (spelling !== null) return spelling;
  throw invalidInput(name, written, reasons[kind] ?? 'Value is invalid');
}

/**
 * {@link canonical} for what an item holds. It was accepted once, so whatever it is, it is no fault of who asks
 * for others; it stays as it is where it has no other spelling.
 */
export function canonicalHeld(kind: Kind, held: Scalar): string {
  const written = held === null ? '' : String(held);
  return spellingOf(kind, written) ?? written;
}

/** Null for what no value of the kind could be. */
function spellingOf(kind: Kind, written: string): string | null {
  if (written === '') return '';
  switch (kind) {
    case 'word':
      return written.toLowerCase();
    case 'number':
      // As many digits as the API takes: Number.MAX_SAFE_INTEGER has 16.
      return /^-?\d{1,16}(\.\d{1,6})?$/.test(written) ? String(Number(written)) : null;
    case 'boolean': {
      const word = written.toLowerCase();
      if (truths.includes(word)) return 'true';
      return untruths.includes(word) ? 'false' : null;
    }
    case 'address': {
      const address = parseAddress(written);
      return address === null ? null : formatAddress(address);
    }
    case 'text':
    case 'structure':
      return written;
  }
}

/** Octavia's words for a value of a wrong type. */
export function invalidInput(name: string, value: string, reason: string): Fault {
  return new Fault(400, `Invalid input for field/attribute ${name}. Value: '${value}'. ${reason}`);
}

/** In ascending order; what is null comes first, as in Octavia's database. */
export function compareScalars(a: Scalar, b: Scalar): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}
