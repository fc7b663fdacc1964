import { z } from 'zod';
import { Fault } from '../../../machines/model/fault.ts';
import type { Log } from '../../../machines/ports/log.ts';
import {
  AskRestartLease,
  Claim,
  Goodbye,
  Heartbeat,
  type Moved,
  Register,
  Strays,
  Take,
  type StraysReply,
} from '../../../machines/protocol/agent-messages.ts';
import {
  CordonRequest,
  TrustRequest,
  UncordonRequest,
} from '../../../machines/protocol/fleet-messages.ts';
import {
  CreateRequest,
  DeleteRequest,
  EditRequest,
  LostRecord,
  MoveRequest,
  type WriteReply,
} from '../../../machines/protocol/load-balancer-messages.ts';
import { agentId, incarnation, type Seat } from '../../../machines/protocol/seat.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import { ActorFailure } from '../../host/actor-kind.ts';
import { answer, parseMessage } from '../../messaging/endpoint.ts';
import { type Bus, type BusMessage, BusUnavailable, type Subscription } from '../../ports/bus.ts';
import type { Judge } from '../liveness/judge.ts';
import type { LoadBalancerOwner } from '../load-balancers/load-balancer-owner.ts';
import { askAgain } from '../shards/ask-again.ts';
import { Refusals } from './refusals.ts';

const ForwardedClaim = z.strictObject({ agent: agentId, incarnation, claim: Claim });

export interface InboxOptions {
  readonly bus: Bus;
  readonly log: Log;
  readonly timings: Timings;
  readonly shards: number;
  /** How long what arrives now may have waited on its way. */
  readonly waitedMaxMs: () => number;
  readonly judge: Judge;
  readonly owner: LoadBalancerOwner;
  /** Who holds the load balancer by a revision of its record that is known committed; null while that may be lost. */
  readonly holder: (loadBalancer: string) => Seat | null;
  /** The newest generation of its document that is known committed; 0 where there is none, or it may be lost. */
  readonly generation: (loadBalancer: string) => number;
  /** The drivers of which this agent may take load balancers from queues. */
  readonly queues: (agent: string) => readonly string[];
  /** Of these, the load balancers that are known to have been deleted for good. */
  readonly purged: (ids: readonly string[]) => Promise<readonly string[]>;
  /** The newest epoch that was given for each of these; null where that is not known for sure. */
  readonly epochs: (
    ids: readonly string[],
  ) => Promise<readonly { readonly loadBalancer: string; readonly epoch: number }[] | null>;
  /** Those that live on other hosts than this agent's by now; null where that is not known for sure. */
  readonly moved: (ids: readonly string[], agent: string) => Promise<readonly Moved[] | null>;
}

/** What is sent to the shards of this controller, parsed and handed to whom it concerns. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #refusals = new Refusals();
  readonly #open = new Map<number, readonly Subscription[]>();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  open(shard: number): void {
    const { bus } = this.#options;
    this.#open.set(shard, [
      bus.subscribe(subjects.upOfShard(shard), (message) => this.#fromAgent(message)),
      bus.subscribe(subjects.lbOfShard(shard), (message) => this.#forLoadBalancer(message)),
      bus.subscribe(subjects.agentsOfShard(shard), (message) => this.#aboutAgent(message)),
    ]);
  }

  close(shard: number): void {
    for (const subscription of this.#open.get(shard) ?? []) subscription.unsubscribe();
    this.#open.delete(shard);
  }

  closeAll(): void {
    for (const shard of [...this.#open.keys()]) this.close(shard);
  }

  // From agents. The subject names the sender, and the server's permissions vouch for the subject.

  #fromAgent(message: BusMessage): void {
    const address = subjects.parseUp(message.subject);
    if (address === null) return this.#malformed(message, 'its subject names no agent');
    switch (address.kind) {
      case 'register':
        return this.#answer(message, Register, address.agent, async (body) => {
          return (await this.#options.judge.register(body)) ?? undefined;
        });
      case 'heartbeat':
        return this.#answer(message, Heartbeat, address.agent, (beat) => {
          const reply = this.#options.judge.heartbeat(beat);
          if (reply?.type !== 'acknowledged') return reply ?? undefined;
          const queues = this.#options.queues(beat.agent);
          const open = queues.length === 0 ? reply : { ...reply, queues: [...queues] };
          if (beat.claims.length === 0) return open;
          return { ...open, confirmed: this.#answerClaims(beat) };
        });
      case 'goodbye':
        return this.#answer(message, Goodbye, address.agent, (body) =>
          this.#options.judge.goodbye(body),
        );
      case 'restart':
        return this.#answer(message, AskRestartLease, address.agent, (asked) =>
          this.#options.judge.restart(asked),
        );
      case 'take':
        return this.#answer(message, Take, address.agent, (taken) =>
          this.#options.owner.take(taken),
        );
      case 'strays':
        return this.#answer(message, Strays, address.agent, (asked) => this.#strays(asked));
      case 'report':
        // An agent of the release before tells of health in this way; it goes without it until it is upgraded.
        return;
      default:
        return this.#malformed(message, `'${address.kind}' is no kind of message`);
    }
  }

  /** What was not asked for is not told: who does not know of it could not read the answer. */
  async #strays({ agent, loadBalancers, ...asked }: Strays): Promise<StraysReply> {
    const purged = [...(await this.#options.purged(loadBalancers))];
    const others = loadBalancers.filter((id) => !purged.includes(id));
    const epochs = asked.epochs === true ? await this.#options.epochs(others) : null;
    const moved = asked.moved === true ? await this.#options.moved(others, agent) : null;
    return {
      purged,
      ...(epochs === null ? {} : { epochs: [...epochs] }),
      ...(moved === null ? {} : { moved: [...moved] }),
    };
  }

  #answer<T extends { readonly agent: string }>(
    message: BusMessage,
    schema: z.ZodType<T>,
    sender: string,
    handle: (body: T) => Promise<object | undefined> | object | undefined,
  ): void {
    const parsed = parseMessage(schema, message.data);
    if ('problem' in parsed) return this.#malformed(message, parsed.problem);
    if (parsed.value.agent !== sender) {
      return this.#malformed(message, `agent ${sender} speaks for ${parsed.value.agent}`);
    }
    this.#reply(message, () => handle(parsed.value));
  }

  #reply(
    message: BusMessage,
    handle: () => Promise<object | undefined> | object | undefined,
  ): void {
    answer(message, handle, (error) => {
      const { log } = this.#options;
      const { subject } = message;
      // Its shard changes hands; the sender asks again, and then the new owner answers.
      if (error instanceof ActorFailure && error.kind === 'ended') {
        log.debug({ subject, error: error.message }, 'a message came as its actor was stopped');
      } else log.error({ subject, err: error }, 'a message could not be handled');
    });
  }

  #malformed(message: BusMessage, problem: string): void {
    const { log } = this.#options;
    log.warn({ subject: message.subject, problem }, 'a malformed message was dropped');
  }

  /**
   * Claims of what is on record already are confirmed here, all with one reply; after a failover that
   * is nearly every one. The others go to the owner of the load balancer, who repairs its record (R9).
   */
  #answerClaims({ agent, incarnation: number, claims }: Heartbeat) {
    const confirmed: { loadBalancer: string; epoch: number }[] = [];
    for (const claim of claims) {
      const { loadBalancer, epoch, generation, removed } = claim;
      const seat = removed ? null : this.#options.holder(loadBalancer);
      const holds =
        seat?.agent === agent &&
        seat.incarnation === number &&
        generation <= this.#options.generation(loadBalancer);
      if (holds && seat.epoch >= epoch) confirmed.push({ loadBalancer, epoch: seat.epoch });
      else this.#forwardClaim({ agent, incarnation: number, claim });
    }
    return confirmed;
  }

  #forwardClaim(forwarded: z.infer<typeof ForwardedClaim>): void {
    const { bus, shards } = this.#options;
    const id = forwarded.claim.loadBalancer;
    try {
      const subject = subjects.lb(subjects.shardOf(id, shards), id, 'claim');
      bus.publish(subject, JSON.stringify(forwarded));
    } catch (error) {
      // Claimed again with the agent's next heartbeat.
      if (!(error instanceof BusUnavailable)) throw error;
    }
  }

  // From the API and from judges, for load balancers of this controller's shards.

  #forLoadBalancer(message: BusMessage): void {
    const address = subjects.parseLb(message.subject);
    if (address === null) return this.#malformed(message, 'its subject names no load balancer');
    const { id } = address;
    switch (address.verb) {
      case 'create':
        return this.#operation(message, CreateRequest, (body) =>
          this.#options.owner.edits.create(id, body.operationId, body.document),
        );
      case 'edit':
        return this.#operation(message, EditRequest, (body) =>
          this.#options.owner.edits.edit(id, body.operationId, body.operation),
        );
      case 'delete':
        return this.#operation(message, DeleteRequest, (body) =>
          this.#options.owner.edits.delete(id, body.operationId, body.cascade),
        );
      case 'move':
        return this.#write(message, MoveRequest, (body) =>
          this.#options.owner.move(id, body.agent),
        );
      case 'claim': {
        const parsed = parseMessage(ForwardedClaim, message.data);
        if ('problem' in parsed) return this.#malformed(message, parsed.problem);
        const { agent, incarnation: number, claim } = parsed.value;
        return this.#options.owner.repairs.claim(id, agent, number, claim);
      }
      case 'lost': {
        const parsed = parseMessage(LostRecord, message.data);
        if ('problem' in parsed) return this.#malformed(message, parsed.problem);
        return this.#options.owner.repairs.lostBefore(id, parsed.value);
      }
      default:
        return this.#malformed(message, `'${address.verb}' is no verb of a load balancer`);
    }
  }

  #aboutAgent(message: BusMessage): void {
    const address = subjects.parseAgent(message.subject);
    if (address === null) return this.#malformed(message, 'its subject names no agent');
    const { judge } = this.#options;
    switch (address.verb) {
      case 'cordon':
        return this.#write(message, CordonRequest, ({ draining }) =>
          judge.cordon(address.id, draining),
        );
      case 'uncordon':
        return this.#write(message, UncordonRequest, () => judge.uncordon(address.id));
      case 'trust':
        return this.#write(message, TrustRequest, () => judge.trust(address.id));
      default:
        return this.#malformed(message, `'${address.verb}' is no verb of an agent`);
    }
  }

  #operation<T extends { readonly operationId: string }>(
    message: BusMessage,
    schema: z.ZodType<T>,
    commit: (body: T) => Promise<number>,
  ): void {
    this.#write(message, schema, (body) =>
      this.#refusals.once(body.operationId, () => commit(body)),
    );
  }

  #write<T>(message: BusMessage, schema: z.ZodType<T>, commit: (body: T) => Promise<number>): void {
    const parsed = parseMessage(schema, message.data);
    if ('problem' in parsed) {
      this.#malformed(message, parsed.problem);
      message.reply(JSON.stringify(faultReply(new Fault(400, parsed.problem))));
      return;
    }
    this.#reply(message, async (): Promise<WriteReply> => {
      try {
        this.#refuseLate();
        return { type: 'committed', revision: await commit(parsed.value) };
      } catch (error) {
        if (error instanceof Fault) return faultReply(error);
        throw error;
      }
    });
  }

  /** Whoever has asked in vain for so long has asked again, and perhaps another controller, which may have refused it. */
  #refuseLate(): void {
    const { timings, waitedMaxMs } = this.#options;
    if (waitedMaxMs() <= timings.apiAttemptMs) return;
    throw askAgain('This may have waited here while nobody listened.');
  }
}

function faultReply(fault: Fault): WriteReply {
  const { status, message, retryAfterSeconds } = fault;
  return { type: 'fault', status, message, retryAfterSeconds };
}
