import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { agentId } from '../../machines/protocol/seat.ts';
import { WitnessAnswer, WitnessAsk } from '../../machines/protocol/witness-messages.ts';
import { parseMessage } from '../messaging/endpoint.ts';

const nonce = z.uuid();

/** What goes from agent to agent, below its signature. It names both, so that nothing can be turned round. */
const Envelope = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ask'),
    from: agentId,
    to: agentId,
    /** Names this question; its answer names it, too. */
    nonce,
    /** That of the process which is asked, as far as it is known: what was sent to a former one is old. */
    life: nonce.nullable(),
    /** Grows with each question of one incarnation of the sender. */
    sequence: z.int().min(1),
    ask: WitnessAsk,
  }),
  z.strictObject({
    kind: z.literal('answer'),
    from: agentId,
    to: agentId,
    nonce,
    answer: WitnessAnswer,
  }),
  /** Ask again, naming this life. */
  z.strictObject({ kind: z.literal('life'), from: agentId, to: agentId, nonce, life: nonce }),
]);
export type Envelope = z.infer<typeof Envelope>;
export type AskEnvelope = Extract<Envelope, { kind: 'ask' }>;

const signature = /^[0-9a-f]{64}$/;

/** Its signature, a dot, and what is signed. */
export function sealed(envelope: Envelope, keys: readonly [string, ...string[]]): string {
  const text = JSON.stringify(envelope);
  return `${signed(text, keys[0]).toString('hex')}.${text}`;
}

/** What somebody who has one of these keys has sent; null for anything else. */
export function opened(data: string, keys: readonly string[]): Envelope | null {
  const [given] = data.split('.', 1);
  if (given === undefined || !signature.test(given)) return null;
  const text = data.slice(given.length + 1);
  const mac = Buffer.from(given, 'hex');
  if (!keys.some((key) => timingSafeEqual(mac, signed(text, key)))) return null;
  const parsed = parseMessage(Envelope, text);
  return 'value' in parsed ? parsed.value : null;
}

function signed(text: string, key: string): Buffer {
  return createHmac('sha256', key).update('holdfast witness 1\n').update(text).digest();
}
