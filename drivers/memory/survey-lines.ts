import type { SurveyedThere } from './device.ts';
import { SurveyedBody } from './device-protocol.ts';

/** A survey as text: a line of JSON for each load balancer. */
export function surveyLines(found: readonly SurveyedThere[]): string {
  return found.map((each) => JSON.stringify(each)).join('\n');
}

/**
 * Reads surveys. A device may hold very many, of which most are as they were the last time: those are not read
 * again, but are the same objects.
 */
export class SurveyReader {
  #known = new Map<string, SurveyedThere>();

  read(text: string): readonly SurveyedThere[] {
    const known = new Map<string, SurveyedThere>();
    for (const line of text === '' ? [] : text.split('\n')) {
      known.set(line, this.#known.get(line) ?? SurveyedBody.parse(JSON.parse(line)));
    }
    this.#known = known;
    return [...known.values()];
  }
}
