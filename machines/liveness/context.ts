import { z } from 'zod';
import { deviceName, devicesMax } from '../protocol/device-name.ts';
import { agentId, hostId } from '../protocol/seat.ts';
import { WitnessSet } from '../protocol/witness-messages.ts';
import type { Timings } from '../timings/timings.ts';
import { FormerWitnesses, formerWitnessesMax } from './witnesses.ts';

/** How long an agent's own texts may be: they end up in records and in answers. */
export const detailMax = 255;

/** How many of its host's addresses an agent tells. */
export const addressesMax = 64;

/** A device that an agent drives, and whether it reaches it. */
export const AgentDevice = z.strictObject({
  device: deviceName,
  /** How many load balancers the device may hold, by this agent's configuration; null means no limit. */
  capacity: z.int().min(0).nullable(),
  /** Why it is out of this agent's reach; null while it is not. */
  lost: z.string().max(detailMax).nullable(),
});
export type AgentDevice = z.infer<typeof AgentDevice>;

const Described = z.strictObject({
  host: hostId,
  devices: z.array(AgentDevice).max(devicesMax),
  zone: z.string().max(detailMax).nullable(),
  /** How many load balancers it may hold; null means no limit. */
  capacity: z.int().min(0).nullable(),
  /** The host's own addresses, which tenants must not reach through a load balancer. */
  addresses: z.array(z.string().max(64)).max(addressesMax),
  version: z.string().max(64),
  /** Grows with each change within one incarnation: what is told may come late, and twice. */
  edition: z.int().min(0).default(0),
  /** Who carries its lease on while its judge is silent (R17); left out where nobody does. */
  witnesses: WitnessSet.optional(),
});

/** What an agent says of itself when it registers. */
export const AgentDescription = z.preprocess(withDevices, Described);
export type AgentDescription = z.infer<typeof AgentDescription>;

/** Before devices had names, agents told the drivers whose device they reached. */
function withDevices(description: unknown): unknown {
  if (typeof description !== 'object' || description === null) return description;
  if (!('drivers' in description) || !Array.isArray(description.drivers)) return description;
  const { drivers, ...others } = description;
  const device = (name: unknown) => ({ device: name, capacity: null, lost: null });
  return { ...others, devices: drivers.map(device) };
}

/** An operator's word that nothing new is to come to an agent; draining: what is there has to go, too. */
export const Cordon = z.strictObject({ draining: z.boolean(), since: z.number() });
export type Cordon = z.infer<typeof Cordon>;

/** An agent's leave for a restart: until when it is waited for. Each is asked for once. */
export const RestartLease = z.strictObject({
  /** The agent's newest heartbeat when it asked: a newer one says that it has not gone after all. */
  sequence: z.int().min(0),
  forMs: z.number().min(0),
  /** Wall time. */
  until: z.number(),
});
export type RestartLease = z.infer<typeof RestartLease>;

/** It has come back from death after death: it is trusted again once it has been quiet. */
export const Flapping = z.strictObject({
  /** How often it has come back. */
  times: z.int().min(1),
  /** Wall time. */
  since: z.number(),
  /** Wall time until which it has to live on. */
  until: z.number(),
});
export type Flapping = z.infer<typeof Flapping>;

/** So many times of its returns a record keeps at most. */
export const returnsMax = 16;

export const LivenessContext = z.strictObject({
  agent: agentId.nullable(),
  /** 0 until it has registered. */
  incarnation: z.int().min(0),
  description: AgentDescription.nullable(),
  reason: z.string().nullable(),
  /** The kind of evidence that made it suspect. */
  suspicion: z.enum(['silence', 'connection closed']).nullable(),
  /** Wall time of the last change of state. */
  since: z.number(),
  /** It is about the agent, whatever becomes of its incarnations. */
  cordon: Cordon.nullable().default(null),
  /** Of this incarnation, also when it is over. */
  restart: RestartLease.nullable().default(null),
  /**
   * This incarnation and all before it are proven to hold no lease, and never will again (R11, R12);
   * 0 where that is known of none.
   */
  lapsed: z.int().min(0).default(0),
  /**
   * Wall time until which it may have told its host to keep what it serves under its lease: the end of its
   * last restart lease; 0 where it never had one.
   */
  keptUntil: z.number().default(0),
  /** Wall times at which it has come back from its last deaths. */
  returns: z.array(z.number()).max(returnsMax).default([]),
  flapping: Flapping.nullable().default(null),
  /** Other witnesses that incarnations had which may not have lapsed yet; the oldest first. */
  formerWitnesses: z.array(FormerWitnesses).max(formerWitnessesMax).default([]),
  /**
   * The term of the judge whose word on leases counts (R14), where the agent serves anything under one:
   * what a judge of an earlier term still has to say of them comes too late.
   */
  term: z.int().min(0).default(0),
});
export type LivenessContext = z.infer<typeof LivenessContext>;

export const initialLivenessContext: LivenessContext = {
  agent: null,
  incarnation: 0,
  description: null,
  reason: null,
  suspicion: null,
  since: 0,
  cordon: null,
  restart: null,
  lapsed: 0,
  keptUntil: 0,
  returns: [],
  flapping: null,
  formerWitnesses: [],
  term: 0,
};

/** Of which timings it depends whether an agent flaps. */
export type FlapLimits = Pick<Timings, 'flapWindowMs' | 'flapQuietMs'>;
