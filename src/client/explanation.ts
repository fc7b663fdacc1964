import { z } from 'zod';
import { Seat } from '../../machines/protocol/seat.ts';
import { age } from './table.ts';

const Explained = z.object({
  loadbalancer: z.object({
    id: z.string(),
    name: z.string(),
    provider: z.string(),
    state: z.string(),
    provisioning_status: z.string(),
    operating_status: z.string(),
    device: z.string().nullable(),
    binding: Seat.nullable(),
    standby: Seat.nullable(),
    generation: z.number(),
    applied_generation: z.number(),
    reason: z.string().nullable(),
    waiting_since: z.coerce.date().nullable(),
    rejected: z.array(z.object({ agent: z.string(), reason: z.string() })),
    /** Controllers of the release before don't tell. */
    distrusted: z.array(z.object({ agent: z.string(), reason: z.string() })).default([]),
  }),
});
type Explained = z.infer<typeof Explained>['loadbalancer'];

export function readExplained(body: unknown): Explained {
  return Explained.parse(body).loadbalancer;
}

const meanings: Readonly<Record<string, string>> = {
  pending: 'waits for an agent that can take it',
  rebinding: 'is being taken over',
  'bound.settled': 'is served as desired',
  'bound.queued': 'is served, and waits for a free agent to change it',
  'bound.applying': 'is being changed',
  'bound.degraded': 'is held, but its device refuses the newest configuration',
  orphaned: 'has lost its agent and waits for one that may take it',
  crashed: 'has an actor that crashed and is being restarted',
  refused: 'has a record that this controller can not read, and is left untouched',
  'deleting.removing': 'is being removed from its device',
  'deleting.refused': 'is to be deleted, but its device refuses the removal',
  'deleting.waiting': 'is to be deleted and waits for an agent that can remove it',
};

/** Says where a load balancer is and why, in sentences. */
export function explanation(lb: Explained, nowMs: number): string {
  const lines = [
    `${lb.name === '' ? lb.id : `${lb.name} (${lb.id})`} ${meanings[lb.state] ?? lb.state}.`,
    `  state       ${lb.state}   (clients see ${lb.provisioning_status}, ${lb.operating_status})`,
    `  provider    ${lb.provider}`,
    `  device      ${lb.device ?? 'none yet'}`,
    `  agent       ${seat(lb.binding)}`,
    `  standby     ${seat(lb.standby)}`,
    `  generation  ${lb.generation} desired, ${lb.applied_generation} on the device`,
  ];
  if (lb.reason !== null) lines.push(`  reason      ${lb.reason}`);
  if (lb.waiting_since !== null) {
    lines.push(`  waiting     for ${age(nowMs - lb.waiting_since.getTime())}`);
  }
  for (const { agent, reason } of lb.rejected) lines.push(`  not         ${agent}: it ${reason}`);
  for (const { agent, reason } of lb.distrusted) lines.push(`  last        ${agent}: it ${reason}`);
  return lines.join('\n');
}

function seat(held: Seat | null): string {
  return held === null ? 'none' : `${held.agent}, epoch ${held.epoch}`;
}
