import { describe, expect, test } from 'vitest';
import { rejectedMax, shadowsMax } from '../../machines/load-balancer/context.ts';
import { claimsMax } from '../../machines/protocol/agent-messages.ts';
import { operationIdsMax } from '../../machines/protocol/load-balancer-messages.ts';
import { boundsHold, messageBytesMax } from '../../simulator/checkers/bounds-hold.ts';
import type { CheckerContext } from '../../simulator/checkers/checker.ts';
import type { BucketName, WorldEvent } from '../../simulator/world/events.ts';
import { recordBytesMax } from '../../src/ports/store.ts';

/** What the checker says of one event. */
function saysOf(event: WorldEvent): readonly string[] {
  const said: string[] = [];
  const context: Pick<CheckerContext, 'violate'> = { violate: (message) => said.push(message) };
  boundsHold.start(context as CheckerContext).onEvent?.(event, 0);
  return said;
}

const sent = (subject: string, data: string): WorldEvent => ({
  type: 'sent',
  from: 'agent-1',
  subject,
  data,
});

const stored = (bucket: BucketName, value: string): WorldEvent => ({
  type: 'stored',
  bucket,
  change: { type: 'put', key: 'lb-1', value, revision: 1 },
  by: 'controller-1',
});

const many = <T>(count: number, each: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => each(index));

const seat = { agent: 'agent-1', incarnation: 1, epoch: 1 };

const binding = (lists: { readonly rejected?: number; readonly shadows?: number }): string =>
  JSON.stringify({
    snapshot: {
      value: 'pending',
      context: {
        driver: 'memory',
        reschedulable: true,
        queued: false,
        generation: 1,
        status: 'live',
        binding: null,
        standby: null,
        lastEpoch: 1,
        shadows: many(lists.shadows ?? 0, () => seat),
        host: null,
        zone: null,
        replaced: null,
        appliedEpoch: 0,
        appliedGeneration: 0,
        waitingSince: null,
        reason: null,
        rejected: many(lists.rejected ?? 0, (index) => ({
          agent: `agent-${index}`,
          reason: 'full',
        })),
      },
    },
  });

/** A heartbeat that is long enough to be counted in. */
const heartbeat = (claims: number): string =>
  JSON.stringify({ claims: many(claims, () => ({ loadBalancer: 'x'.repeat(40) })) }).padEnd(4_096);

describe('what a limit allows is allowed, and one more is not', () => {
  test.each<[string, (more: number) => WorldEvent, RegExp]>([
    [
      'the bytes of a message',
      (more) => sent('hf.any', 'x'.repeat(messageBytesMax + more)),
      /^agent-1 sent a message of \d+ bytes to hf\.any$/,
    ],
    [
      'the claims in a heartbeat',
      (more) => sent('hf.agent.agent-1.heartbeat', heartbeat(claimsMax + more)),
      /claims in one heartbeat$/,
    ],
    [
      'the bytes of a record',
      (more) => stored('vips', 'x'.repeat(recordBytesMax + more)),
      /^its vips record has \d+ bytes$/,
    ],
    [
      'the operations that a document remembers',
      (more) =>
        stored('desired', JSON.stringify({ operationIds: many(operationIdsMax + more, String) })),
      /operation ids$/,
    ],
    [
      'the agents that were rejected',
      (more) => stored('binding', binding({ rejected: rejectedMax + more })),
      /agents that were rejected$/,
    ],
    [
      'the shadows of former holders',
      (more) => stored('binding', binding({ shadows: shadowsMax + more })),
      /shadows$/,
    ],
  ])('%s', (_, event, words) => {
    expect(saysOf(event(0))).toEqual([]);
    expect(saysOf(event(1))).toEqual([expect.stringMatching(words)]);
  });
});
