import { z } from 'zod';
import { CommandMessage, CommandReply } from './agent-messages.ts';

/** So many commands go with one message at the most. */
export const commandsAtOnceMax = 32;

/** Commands to one agent that left in the same moment; each stands for itself. */
export const CommandBatch = z.strictObject({
  commands: z.array(CommandMessage).min(1).max(commandsAtOnceMax),
});
export type CommandBatch = z.infer<typeof CommandBatch>;

export const BatchedReply = z.discriminatedUnion('type', [
  ...CommandReply.options,
  /** It was taken, and will be settled: whoever waits for that commands it once more, by itself. */
  z.strictObject({ type: z.literal('underway') }),
]);
export type BatchedReply = z.infer<typeof BatchedReply>;

/** One for each command, in their order. */
export const CommandBatchReply = z.strictObject({
  replies: z.array(BatchedReply).max(commandsAtOnceMax),
});
export type CommandBatchReply = z.infer<typeof CommandBatchReply>;
