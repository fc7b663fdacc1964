import { Fault } from '../../../machines/model/fault.ts';
import type { ApiContext } from '../context.ts';
import { truths, untruths } from '../schemas/attributes.ts';
import { invalidInput } from './attributes.ts';

/** Parameters with a meaning of their own; whatever else a list's query holds is a filter. */
export const reserved: ReadonlySet<string> = new Set([
  'fields',
  'limit',
  'marker',
  'page_reverse',
  'sort',
  'sort_key',
  'sort_dir',
  'tags',
  'tags-any',
  'not-tags',
  'not-tags-any',
]);

/** A parameter that may be given once; null if it is not. Throws a Fault (400). */
export function single(c: ApiContext, name: string): string | null {
  const values = c.req.queries(name) ?? [];
  if (values.length > 1) {
    throw new Fault(400, `One or more arguments are either duplicate or invalid: ${name}.`);
  }
  return values[0] ?? null;
}

/** The parts of a parameter that may be repeated, or hold several parts with commas between them. */
export function several(c: ApiContext, name: string): readonly string[] {
  const values = c.req.queries(name) ?? [];
  return values.flatMap((value) => value.split(',')).filter((part) => part !== '');
}

/**
 * A parameter that is yes or no; no where it is missing. A misspelt one is refused and not taken for
 * no: it may decide what is deleted. Throws a Fault (400).
 */
export function flag(c: ApiContext, name: string): boolean {
  const value = single(c, name) ?? '';
  const word = value.toLowerCase();
  if (truths.includes(word)) return true;
  if (word === '' || untruths.includes(word)) return false;
  throw invalidInput(name, value, 'Value not an unambiguous boolean');
}
