import { z } from 'zod';
import { Seat } from '../../../machines/protocol/seat.ts';

// What the tests read of the API's answers, of the host's files and of logs.

export const Agent = z.object({
  id: z.string(),
  incarnation: z.number(),
  state: z.string(),
  reason: z.string().nullable(),
  drivers: z.array(z.string()),
  bound_loadbalancers: z.number(),
});
export type Agent = z.infer<typeof Agent>;

export const Whereabouts = z.object({
  id: z.string(),
  state: z.string(),
  provisioning_status: z.string(),
  operating_status: z.string(),
  device: z.string().nullable(),
  binding: Seat.nullable(),
  standby: Seat.nullable(),
  generation: z.number(),
  applied_generation: z.number(),
  reason: z.string().nullable(),
  rejected: z.array(z.object({ agent: z.string(), reason: z.string() })),
});
export type Whereabouts = z.infer<typeof Whereabouts>;

export const Marker = z.object({ epoch: z.number(), generation: z.number(), removed: z.boolean() });
export const JournalLine = z.object({ key: z.string(), value: z.string().nullable() });
export const Step = z.object({
  loadBalancer: z.string(),
  from: z.string(),
  to: z.string(),
  binding: Seat.nullable(),
});
export const LogLine = z.object({ level: z.number(), msg: z.string() });
/** pino's number for it. */
export const errorLevel = 50;
export const Created = z.object({
  loadbalancer: z.object({
    id: z.string(),
    vip_address: z.string(),
    listeners: z.array(z.object({ id: z.string() })),
    pools: z.array(z.object({ id: z.string() })),
  }),
});

export const Members = z.object({
  members: z.array(z.object({ id: z.string(), protocol_port: z.number() })),
});
