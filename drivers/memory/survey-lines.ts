import type { SurveyedThere } from './device.ts';
import { SurveyedBody } from './device-protocol.ts';

/** A survey as text: a line of JSON for each load balancer. */
export function surveyLines(found: readonly SurveyedThere[]): string {
  return found.map(lineOf).join('\n');
}

/** With its fields in one order, so that the same content is the same text. */
function lineOf({ id, marker, running, etag, operating }: SurveyedThere): string {
  return JSON.stringify({ id, marker, running, etag, operating });
}

/**
 * Reads surveys. A device may hold very many, of which most are as they were the last time: those are not read
 * again, but are the same objects.
 */
export class SurveyReader {
  #known = new Map<string, SurveyedThere>();

  /** The device has said otherwise that it has this now: the next survey will probably tell the same. */
  expect(each: SurveyedThere): void {
    this.#known.set(lineOf(each), each);
  }

  read(text: string): readonly SurveyedThere[] {
    const known = new Map<string, SurveyedThere>();
    for (const line of text === '' ? [] : text.split('\n')) {
      known.set(line, this.#known.get(line) ?? SurveyedBody.parse(JSON.parse(line)));
    }
    this.#known = known;
    return [...known.values()];
  }
}
