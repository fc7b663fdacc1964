import { z } from 'zod';
import { incarnation } from '../protocol/seat.ts';
import { type WitnessSet, WitnessSet as WitnessSetSchema } from '../protocol/witness-messages.ts';

/*
 * An agent's witnesses are those of one incarnation. Whoever proves that a former one has lapsed asks the
 * witnesses that it had, so they stay on record until then (R17).
 */

/** How often an agent may change its witnesses while none of its former lives is proven to have lapsed. */
export const formerWitnessesMax = 4;

/** The witnesses of this incarnation, and of those before it back to the one of the entry before. */
export const FormerWitnesses = z.strictObject({ incarnation, witnesses: WitnessSetSchema });
export type FormerWitnesses = z.infer<typeof FormerWitnesses>;

/** As far as it concerns witnesses, what is on record of an agent. */
interface OnRecord {
  readonly incarnation: number;
  readonly lapsed: number;
  readonly description: { readonly witnesses?: WitnessSet | undefined } | null;
  readonly formerWitnesses: readonly FormerWitnesses[];
}

/** What is to be kept when its next incarnation, with these witnesses, goes on record. */
export function formerWitnesses(
  known: OnRecord,
  next: { readonly incarnation: number; readonly witnesses: WitnessSet | undefined },
): FormerWitnesses[] {
  const { incarnation: last, lapsed } = known;
  const kept = known.formerWitnesses.filter((former) => former.incarnation > lapsed);
  const witnesses = known.description?.witnesses;
  if (witnesses === undefined || last <= lapsed || next.incarnation <= last) return kept;
  // The same ones are asked for both; where it had none before, asking more than needed does no harm.
  if (JSON.stringify(witnesses) === JSON.stringify(next.witnesses)) return kept;
  return [...kept, { incarnation: last, witnesses }];
}

/** Why it can't go on record with its witnesses yet; null where it can. */
export function tooManyWitnesses(
  known: OnRecord | null,
  { incarnation: next, description }: Pick<OnRecord, 'incarnation' | 'description'>,
): string | null {
  if (known === null) return null;
  const kept = formerWitnesses(known, { incarnation: next, witnesses: description?.witnesses });
  if (kept.length <= formerWitnessesMax) return null;
  return `its witnesses have changed more than ${formerWitnessesMax} times, and none of its former lives is proven to have ended`;
}

/** Whose denials prove that this incarnation, and all before it, have lapsed: enough of each set. */
export function witnessesUpTo(known: OnRecord, upTo: number): readonly WitnessSet[] {
  const sets: WitnessSet[] = [];
  let after = known.lapsed;
  for (const former of known.formerWitnesses) {
    if (after < upTo && former.incarnation > known.lapsed) sets.push(former.witnesses);
    after = Math.max(after, former.incarnation);
  }
  const present = known.description?.witnesses;
  if (after < upTo && present !== undefined) sets.push(present);
  return sets;
}
