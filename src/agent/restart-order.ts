import type { Actor } from 'xstate';
import type { AgentMachine } from '../../machines/agent/machine.ts';
import type { Clock } from '../../machines/ports/clock.ts';
import type {
  RestartLeaseReply,
  RestartOrder,
  RestartOrderReply,
} from '../../machines/protocol/agent-messages.ts';

export interface RestartOrderOptions {
  readonly actor: Actor<AgentMachine>;
  readonly clock: Clock;
  /** Ends this process, which is started again; undefined where nobody would do that. */
  readonly restart: (() => void) | undefined;
  /** What its judge answered last. */
  readonly lease: () => RestartLeaseReply | null;
}

/** What an operator orders is done only where this agent is waited for: otherwise it lives on. */
export async function obeyRestart(
  { incarnation }: RestartOrder,
  { actor, clock, restart, lease }: RestartOrderOptions,
): Promise<RestartOrderReply> {
  const own = actor.getSnapshot().context.incarnation;
  if (incarnation !== own) return { type: 'stale', incarnation: own };
  if (restart === undefined) return { type: 'refused', reason: 'nobody would start it again' };
  actor.send({ type: 'restart', insists: false });
  await decided(actor);
  const answer = lease();
  const state = String(actor.getSnapshot().value);
  if (answer?.type === 'leased' && state === 'stopped') {
    // Behind the reply.
    clock.setTimer(0, restart);
    return answer;
  }
  return { type: 'refused', reason: answer?.type === 'refused' ? answer.reason : `it is ${state}` };
}

function decided(actor: Actor<AgentMachine>): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (actor.getSnapshot().value !== 'restarting') resolve();
    };
    actor.subscribe({ next: look, complete: resolve, error: () => resolve() });
    look();
  });
}
