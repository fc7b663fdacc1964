import type { Briefing } from '../../machines/protocol/agent-messages.ts';
import type { Bus } from '../../src/ports/bus.ts';
import { changed } from './buses.ts';

/** Tells standbys that a write has another document than it has. */
export function misleadsStandbys(bus: Bus): Bus {
  return changed(bus, {
    request(subject, data, timeoutMs) {
      if (!subject.endsWith('.briefing')) return bus.request(subject, data, timeoutMs);
      const briefing = JSON.parse(data) as Briefing;
      const document = { ...briefing.document, description: 'nobody has asked for this' };
      return bus.request(subject, JSON.stringify({ ...briefing, document }), timeoutMs);
    },
  });
}
