import type { Log } from '../../machines/ports/log.ts';
import { parseTicket, ticketConsumer, ticketPull } from '../../machines/protocol/subjects.ts';
import type { QueueName } from '../ports/work-queue.ts';
import type { NatsBus } from './nats-bus.ts';
import {
  type LineListener,
  pullExpiresMs,
  pullHeartbeatMs,
  type TicketLine,
} from './ticket-line.ts';
import type { WireMessage } from './wire-message.ts';

/** What JetStream says to an open question. */
const heartbeat = 100;
const expired: readonly number[] = [404, 408];

const nanosPerMs = 1_000_000;

/** A worker's line to the consumer of its queue. The id of a ticket is where its acknowledgement goes. */
export function natsTicketLine(
  bus: NatsBus,
  queue: QueueName,
  log: Log,
  listener: LineListener,
): TicketLine {
  const consumer = ticketConsumer(queue.driver, queue.device);
  const inbox = bus.inbox();
  const subscription = bus.listen(`${inbox}.*`, (message) => {
    if (message.status === 0) {
      const delivery = readDelivery(message);
      if (delivery !== null) listener.ticket(delivery);
      else log.warn({ subject: message.subject }, 'What came from a work queue is no ticket.');
      return;
    }
    const pull = Number(message.subject.slice(inbox.length + 1));
    if (message.status === heartbeat) listener.alive(pull);
    else listener.ended(pull, expired.includes(message.status) ? 'expired' : 'refused');
  });
  const status = bus.onStatus((now) => {
    if (now === 'connected') listener.connected();
  });
  const settle = async (id: string, how: string, timeoutMs: number): Promise<void> => {
    await bus.exchange(id, how, timeoutMs);
  };
  return {
    isConnected: () => bus.status() === 'connected',
    pull(pull) {
      const question = {
        batch: 1,
        expires: pullExpiresMs * nanosPerMs,
        idle_heartbeat: pullHeartbeatMs * nanosPerMs,
      };
      try {
        bus.send(ticketPull(consumer), JSON.stringify(question), { replyTo: `${inbox}.${pull}` });
      } catch (error) {
        // The worker asks again after the silence, or when the bus is connected again.
        log.debug({ err: error }, 'A work queue could not be asked.');
      }
    },
    end: (id, timeoutMs) => settle(id, '+ACK', timeoutMs),
    prolong: (id, timeoutMs) => settle(id, '+WPI', timeoutMs),
    giveBack: (id, afterMs, timeoutMs) =>
      settle(
        id,
        afterMs === 0 ? '-NAK' : `-NAK ${JSON.stringify({ delay: afterMs * nanosPerMs })}`,
        timeoutMs,
      ),
    async close() {
      status.unsubscribe();
      await subscription.drain();
    },
  };
}

/** The reply subject of a delivery tells how often it was delivered; an account and domain may precede. */
function readDelivery({ subject, replyTo }: WireMessage) {
  const tokens = replyTo.split('.');
  const delivery = Number(tokens[tokens.length === 9 ? 4 : 6]);
  const key = parseTicket(subject);
  const isTicket = replyTo.startsWith('$JS.ACK.') && Number.isInteger(delivery) && delivery > 0;
  return key === null || !isTicket ? null : { key, delivery, id: replyTo };
}
