import type { CommandBatch } from '../../machines/protocol/command-batch.ts';

const batch = /\.commands$/;

/**
 * Tells of what was sent, one command at a time: whoever looks on need not know which of them went together. Nothing
 * else is many messages in one.
 */
export function sentSingly(
  subject: string,
  data: string,
  tell: (subject: string, data: string) => void,
): void {
  if (!batch.test(subject)) {
    tell(subject, data);
    return;
  }
  for (const command of (JSON.parse(data) as CommandBatch).commands) {
    tell(subject.replace(batch, '.command'), JSON.stringify(command));
  }
}
