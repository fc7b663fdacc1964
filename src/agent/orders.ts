import type { Clock } from '../../machines/ports/clock.ts';
import type { Log } from '../../machines/ports/log.ts';
import {
  Briefing,
  type BriefingReply,
  type Command,
  CommandMessage,
  type CommandReply,
  Probe,
  Release,
  type ReleaseReply,
  RestartOrder,
  type RestartOrderReply,
  Standing,
} from '../../machines/protocol/agent-messages.ts';
import { CommandBatch, type CommandBatchReply } from '../../machines/protocol/command-batch.ts';
import * as subjects from '../../machines/protocol/subjects.ts';
import { serve } from '../messaging/endpoint.ts';
import type { Bus, Subscription } from '../ports/bus.ts';
import { Briefings } from './briefings.ts';
import { repliesInTime } from './together.ts';

export interface OrdersOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly agent: string;
  readonly incarnation: () => number;
  readonly command: (command: Command) => Promise<CommandReply>;
  /** It may be commanded this some day. */
  readonly briefed: (briefing: Briefing) => void;
  /** Holders that were replaced let go, and say nothing. */
  readonly standing: (standing: Standing) => Promise<void>;
  readonly release: (order: Release) => Promise<ReleaseReply>;
  readonly restart: (order: RestartOrder) => Promise<RestartOrderReply>;
}

/** How much of what is wrong with a message is told to its sender. */
const problemMax = 4_000;

/** Serves what controllers send to an agent. */
export function takeOrders(options: OrdersOptions): readonly Subscription[] {
  const { bus, log, agent, incarnation, command, standing, release, restart } = options;
  const briefings = new Briefings();
  const at = (kind: string) => ({ bus, log, subject: subjects.down(agent, kind) });
  const obeyed = (message: CommandMessage): Promise<CommandReply> | CommandReply => {
    const whole = briefings.whole(message);
    return whole === null ? { type: 'unbriefed' } : command(whole);
  };
  return [
    serve({
      ...at('command'),
      schema: CommandMessage,
      handle: obeyed,
      malformed: (problem): CommandReply => ({
        type: 'malformed',
        message: problem.slice(0, problemMax),
      }),
    }),
    serve({
      ...at('commands'),
      schema: CommandBatch,
      handle: async ({ commands }): Promise<CommandBatchReply> => ({
        replies: await repliesInTime(commands.map(obeyed), options),
      }),
      // Each of them is told what is wrong with it when it comes by itself.
      malformed: (): CommandBatchReply => ({ replies: [] }),
    }),
    serve({
      ...at('briefing'),
      schema: Briefing,
      handle: (briefing, { data }): BriefingReply => {
        briefings.take(briefing, data.length);
        options.briefed(briefing);
        return { type: 'briefed' };
      },
    }),
    serve({
      ...at('standing'),
      schema: Standing,
      handle: async (record) => {
        await standing(record);
        return undefined;
      },
    }),
    serve({
      ...at('release'),
      schema: Release,
      handle: release,
      malformed: (problem): ReleaseReply => ({
        type: 'failed',
        message: problem.slice(0, problemMax),
      }),
    }),
    serve({ ...at('restart'), schema: RestartOrder, handle: restart }),
    serve({
      ...at('probe'),
      schema: Probe,
      handle: () => Promise.resolve({ agent, incarnation: incarnation() }),
    }),
  ];
}
