import type { SnapshotFrom } from 'xstate';
import { covers, type DeviceMachine, type Wanted } from '../../machines/device/machine.ts';
import type { OperatingReport } from '../../machines/model/status.ts';
import type { Command, CommandReply } from '../../machines/protocol/agent-messages.ts';

/** What became of a command, as far as the device's state tells; null while it is under way. */
export function replyTo(
  command: Command,
  { value, context }: SnapshotFrom<DeviceMachine>,
  operating: OperatingReport | null,
): CommandReply | null {
  const { wanted, applied, fencedBy, failure } = context;
  const asked = wantedOf(command);
  if (value === 'fenced' && fencedBy !== null) {
    if (!asked.live && fencedBy.removed) return { type: 'removed', epoch: asked.epoch };
    return { type: 'fenced', by: fencedBy };
  }
  // A life that is asked for under the epoch of a removal was commanded before that.
  const late = wanted !== null && asked.live && !wanted.live && covers(wanted, asked);
  if (wanted !== null && (asked.epoch < wanted.epoch || late)) {
    const { epoch, generation } = wanted;
    return { type: 'fenced', by: { epoch, generation, removed: false } };
  }
  if (value === 'active' && applied !== null && covers(applied, asked)) {
    const { epoch, generation } = applied;
    return { type: 'applied', epoch, generation, operating };
  }
  if (value === 'absent' && applied !== null && !applied.live && !asked.live) {
    return { type: 'removed', epoch: asked.epoch };
  }
  if ((value === 'failing' || value === 'removalFailing') && failure !== null) {
    return { type: 'failed', kind: failure.kind, message: failure.message.slice(0, 4_000) };
  }
  return null;
}

export function wantedOf(command: Command): Wanted {
  const { epoch, generation, status, requestId } = command;
  return { epoch, generation, live: status === 'live', edit: requestId };
}
