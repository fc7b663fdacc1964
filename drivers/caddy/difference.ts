import type { Marker } from '../contract/errors.ts';
import { canonical, type Json } from './json.ts';
import type { Content } from './render/content.ts';
import type { Held } from './view.ts';

/** What a call has left on the device. */
export interface Left {
  readonly marker: Marker;
  /** Null where only the epoch was written: what stands there is known by its hash alone. */
  readonly content: Pick<Content, 'first' | 'parts'> | null;
}

/** How many changes are named; the rest is counted. */
const namedMax = 5;

/** What differs from what was left, in a sentence for people. */
export function changesOf({ entry, first, parts }: Held, { content }: Left): string {
  const words = 'the device has another configuration than was written';
  if (content === null) return words;
  const changed = [
    ...keysThatDiffer(content.first, first),
    ...entry.parts.flatMap((name) => {
      const part = parts[name];
      if (part === undefined) return [`the whole of ${name}`];
      return keysThatDiffer(content.parts[name] ?? {}, part).map((key) => `${key} of ${name}`);
    }),
  ];
  const more = changed.length > namedMax ? `, and ${changed.length - namedMax} more` : '';
  return `${words}: ${changed.slice(0, namedMax).join(', ')}${more}`;
}

function keysThatDiffer(written: Json, found: Json): string[] {
  const keys = new Set([...Object.keys(written), ...Object.keys(found)]);
  return [...keys].filter((key) => canonical(written[key]) !== canonical(found[key])).sort();
}
