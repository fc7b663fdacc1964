import { z } from 'zod';
import { detailMax } from '../../machines/liveness/context.ts';
import { strategyNames } from '../../machines/placement/strategies.ts';
import { agentId } from '../../machines/protocol/seat.ts';
import { defaultShards } from '../../machines/protocol/subjects.ts';
import { witnessesMax } from '../../machines/protocol/witness-messages.ts';
import { type PresetName, presets, type Timings } from '../../machines/timings/timings.ts';
import { udpAddress } from '../adapters/udp-datagrams.ts';
import { ApiConfig } from '../api/config.ts';
import { commandsInFlightDefault } from '../controller/commands/pacer.ts';
import { movesInFlightDefault } from '../controller/placement/rebalancer.ts';
import { VipPools } from '../vips/config.ts';

/** A millisecond value for each name in the timings; only those given replace the preset's. */
const timingOverrides = z.strictObject(
  Object.fromEntries(
    Object.keys(presets.lan).map((name) => [name, z.number().positive().optional()]),
  ) as Record<keyof Timings, z.ZodOptional<z.ZodNumber>>,
);

const NatsConfig = z.strictObject({
  /** Where NATS servers listen; one that fails is replaced by the next. */
  servers: z
    .array(
      z.url({
        protocol: /^(nats|tls)$/,
        error: 'give a URL such as nats://127.0.0.1:4222',
      }),
    )
    .min(1)
    .default(['nats://127.0.0.1:4222']),
  /** A file with this process's nkey seed, readable by its owner only; null for none. */
  seedFile: z.string().min(1).nullable().default(null),
  /** How many servers keep each record: 1 for a single server, 3 or 5 for a cluster. */
  replicas: z.literal([1, 3, 5], { error: 'give 1, 3 or 5' }).default(1),
  /** Use a cluster, too, whose servers may lose what they have acknowledged when one is killed. */
  allowOldCluster: z.boolean().default(false),
});

/** Groups are few and known by name: each is looked at whenever one of its members is placed. */
export const apartGroupsMax = 64;

const PlacementConfig = z.strictObject({
  strategy: z
    .enum(strategyNames, { error: `give one of ${strategyNames.join(', ')}` })
    .default('rendezvous'),
  /** Load balancers that carry the same of these tags are kept on different hosts. */
  apart: z
    .array(
      z.strictObject({ tag: z.string().min(1).max(255), required: z.boolean().default(false) }),
    )
    .max(apartGroupsMax)
    .default([])
    .refine((groups) => new Set(groups.map(({ tag }) => tag)).size === groups.length, {
      error: 'each tag may be named once',
    }),
});

const PacingConfig = z.strictObject({
  /** How many commands a controller has under way to one agent at most; the others wait. */
  commandsInFlight: z.int().min(1).max(10_000).default(commandsInFlightDefault),
  /** How many load balancers move at once because loads have become uneven. */
  movesInFlight: z.int().min(1).max(1_000).default(movesInFlightDefault),
});

const ControllerConfig = z.strictObject({
  id: agentId.default('controller-1'),
  api: ApiConfig.extend({ defaultProvider: z.string().max(64).default('haproxy') }).prefault({}),
  vipPools: VipPools.default([]),
  placement: PlacementConfig.prefault({}),
  pacing: PacingConfig.prefault({}),
  /** Whether load balancers of shared devices move because loads have become uneven. */
  rebalance: z.enum(['off', 'paced'], { error: 'give off or paced' }).default('off'),
  /** How load balancers come to agents, by driver: by placement, where it is not said otherwise. */
  dispatch: z
    .record(z.string(), z.enum(['scheduled', 'queue'], { error: 'give scheduled or queue' }))
    .default({}),
});

const peerAddress = z.string().refine((text) => udpAddress(text) !== null, {
  error: 'give an IP address and a port, such as 192.0.2.1:7946 or [2001:db8::1]:7946',
});

/** Who carries an agent's lease on while no judge answers, and whose lease it carries on. */
const WitnessesConfig = z
  .strictObject({
    /** A file with the key that all agents share, readable by its owner only; one a line, the first one signs. */
    keyFile: z.string().min(1),
    /** Where this agent's peers reach it, by UDP. */
    listen: peerAddress,
    /** Its own witnesses: agents on other hosts, and where they listen. */
    peers: z
      .array(z.strictObject({ agent: agentId, address: peerAddress }))
      .max(witnessesMax)
      .default([])
      .refine((peers) => new Set(peers.map(({ agent }) => agent)).size === peers.length, {
        error: 'each agent may be named once',
      }),
    /** How many of them have to promise; more than half of them where it is not said. */
    promises: z.int().min(1).optional(),
  })
  .refine(({ peers, promises = 1 }) => promises <= Math.max(1, peers.length), {
    path: ['promises'],
    error: 'there are not so many peers',
  });

const AgentConfig = z.strictObject({
  id: agentId.default('agent-1'),
  /** The host's directory, shared by all agents of the host. */
  stateDir: z.string().min(1).default('.holdfast/host'),
  zone: z.string().max(detailMax).nullable().default(null),
  /** How many load balancers it may hold; null means no limit. */
  capacity: z.int().min(0).nullable().default(null),
  /** Whoever stops it by SIGTERM starts it again soon, or has others take over what it holds. */
  onSigterm: z.enum(['restart', 'leave'], { error: 'give restart or leave' }).default('restart'),
  /** Null where a silent control plane ends what is served under this agent's lease. */
  witnesses: WitnessesConfig.nullable().default(null),
  /** The drivers that it runs, by name, each with its own options. */
  drivers: z.record(z.string(), z.unknown()).default({ haproxy: {} }),
});

const CheckedAgent = AgentConfig.refine(
  ({ id, witnesses }) => witnesses?.peers.every(({ agent }) => agent !== id) ?? true,
  { path: ['witnesses', 'peers'], error: 'an agent can not be its own witness' },
);

/** Who may look on at the actors of this process, and how. */
const InspectorConfig = z.strictObject({
  /** Whether it tells of its actors while somebody watches. */
  tap: z.boolean().default(true),
  /** Whether operators may send events to its actors by hand. */
  sends: z.boolean().default(false),
  /** Whether a controller serves the inspector at /inspector of its API. */
  serve: z.boolean().default(false),
  /** A file with the token that the page asks for, readable by its owner only; null for none, on loopback. */
  tokenFile: z.string().min(1).nullable().default(null),
});

/** The whole configuration: one file serves every role, each reads its own section. */
export const Config = z.strictObject({
  preset: z.enum(Object.keys(presets) as PresetName[]).default('lan'),
  timings: timingOverrides.prefault({}),
  /** Fixed for the life of a deployment. */
  shards: z.int().min(1).max(4096).default(defaultShards),
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
  nats: NatsConfig.prefault({}),
  controller: ControllerConfig.prefault({}),
  agent: CheckedAgent.prefault({}),
  inspector: InspectorConfig.prefault({}),
});
export type Config = z.infer<typeof Config>;
