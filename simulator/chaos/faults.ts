import { storeRow } from '../faults/fault.ts';

/** What is done to real processes, hosts and cables: a sentence each, and the row where the report draws it. */
const kinds = {
  'agent-killed': ["An agent's process is killed (SIGKILL).", null],
  'agent-hung': ["An agent's process is stopped (SIGSTOP), with its connections open.", null],
  'agent-drained': ['An operator has an agent emptied.', null],
  'agent-restarted': ['An agent is stopped and started again, as by a service manager.', null],
  'host-died': ['All that runs on a host is killed, and its cable is pulled.', null],
  'host-cut-off': ["A host's cable is pulled; what runs there runs on.", null],
  'host-cut-from-nats': ['A host reaches no NATS server any more, and everything else.', null],
  'host-deaf': ['A host is not reached by anything any more, and reaches others.', null],
  'host-mute': ['A host reaches nothing any more, and is reached.', null],
  'controller-killed': ["A controller's process is killed (SIGKILL).", null],
  'controller-hung': [
    "A controller's process is stopped (SIGSTOP), with its connections open.",
    null,
  ],
  'controller-restarted': ['A controller is stopped and started again.', null],
  'nats-killed': ['A NATS server is killed (SIGKILL).', storeRow],
  'nats-hung': ['A NATS server is stopped (SIGSTOP), with its connections open.', storeRow],
  'nats-restarted': ['A NATS server is stopped and started again.', storeRow],
} as const satisfies Record<string, readonly [summary: string, row: string | null]>;

export type RealFault = keyof typeof kinds;

/** For the report: a process has a row of its own. */
export function describeRealFault(fault: { readonly kind: string; readonly target: string }) {
  const [summary, row] = kinds[fault.kind as RealFault];
  return { summary, row: row ?? fault.target };
}
