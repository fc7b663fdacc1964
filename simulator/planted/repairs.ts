import type { Bus } from '../../src/ports/bus.ts';
import { changed, changedCommands } from './buses.ts';

interface Reply {
  readonly type: string;
  readonly by?: { readonly epoch: number; readonly removed: boolean };
}

interface Beat {
  readonly claims: readonly { readonly removed: boolean }[];
}

/** Lets no record follow what agents hold, and by what they are refused (V8). */
export function repairsNothing(bus: Bus): Bus {
  return altered(bus, {
    claim: () => false,
    reply: ({ type }) => (type === 'fenced' ? 'it was refused' : null),
  });
}

/** Takes a removal for done only when the bound agent has done it (V9). */
export function purgesForTheBoundOnly(bus: Bus): Bus {
  return altered(bus, {
    claim: ({ removed }) => !removed,
    reply: ({ type }, isGrant) =>
      type === 'removed' && isGrant ? 'only the bound one may remove it' : null,
  });
}

interface Alteration {
  /** Is the claim to be heard? */
  claim(claim: Beat['claims'][number]): boolean;
  /** What a controller hears of a command's reply: null: what was said; otherwise a failure's words. */
  reply(reply: Reply, isGrant: boolean): string | null;
}

/** A bus that alters what agents claim with their heartbeats, and what they reply to commands. */
function altered(bus: Bus, { claim, reply }: Alteration): Bus {
  const heard = changed(bus, {
    request(subject, data, timeoutMs) {
      if (!subject.endsWith('.heartbeat')) return bus.request(subject, data, timeoutMs);
      const beat = JSON.parse(data) as Beat;
      const claims = beat.claims.filter(claim);
      return bus.request(subject, JSON.stringify({ ...beat, claims }), timeoutMs);
    },
  });
  return changedCommands(heard, async (subject, data, timeoutMs) => {
    const answer = await bus.request(subject, data, timeoutMs);
    const message = reply(JSON.parse(answer) as Reply, data.includes('"grant":true'));
    if (message === null) return answer;
    return JSON.stringify({ type: 'failed', kind: 'retryable', message });
  });
}
