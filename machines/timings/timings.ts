/**
 * Every duration of the protocol, in milliseconds, in one place. Their relations are asserted in
 * relations.ts, so that no preset and no configuration can break what the rules rely on.
 */
export interface Timings {
  /** An agent sends a heartbeat this often. */
  readonly heartbeatMs: number;
  /** How long an agent waits for a heartbeat's acknowledgement before it counts as missed. */
  readonly ackTimeoutMs: number;
  /** How long one attempt to connect to a NATS server may take. */
  readonly connectTimeoutMs: number;
  /** Proven silence after which an agent is suspected and probed. */
  readonly suspectAfterMs: number;
  /** Proven silence after which an agent is declared dead. */
  readonly deadAfterMs: number;
  /** After a closed connection: how long the agent may take to come back before it is dead. */
  readonly reconnectGraceMs: number;
  /** How long one probe may take. */
  readonly probeTimeoutMs: number;
  /** An agent's lease: counted from the sending of the last acknowledged heartbeat. */
  readonly leaseMs: number;
  /** When others may take a leased seat: counted from the judge's last acknowledgement. */
  readonly lapseMs: number;
  /** A judge's leave to give leases: counted from the sending of its last write of its shard's record. */
  readonly authorityMs: number;
  /** When a judge's authority has surely ended: counted from when another one has taken its shard. */
  readonly authorityLapseMs: number;
  /** Hosts that go within so long go at once. */
  readonly stormWindowMs: number;
  /** How long a judge must hear well before it believes that a large part of the fleet is gone. */
  readonly stormBrakeMs: number;
  /** An agent that comes back from death too often within so long flaps: it is given nothing new. */
  readonly flapWindowMs: number;
  /** How long an agent that flaps has to live on until it is trusted like any other. */
  readonly flapQuietMs: number;
  /** How long loads have to be uneven until load balancers move for that. */
  readonly rebalanceAfterMs: number;
  /** How long the controller waits for the outcome of one command to an agent. */
  readonly commandTimeoutMs: number;
  /** Backoff between attempts of a command: from, and at most. */
  readonly commandRetryMs: number;
  readonly commandRetryMaxMs: number;
  /** How long a new load balancer may wait for a seat or an edit for its device until the wire shows ERROR. */
  readonly placementDeadlineMs: number;
  /** How long a removal may wait for its device until the wire shows ERROR. */
  readonly removalDeadlineMs: number;
  /** How long a refused configuration rests before it is tried again. */
  readonly refusalRetryMs: number;
  /** Backoff of a failing device: from, and at most. The first restart is immediate. */
  readonly deviceRetryMs: number;
  readonly deviceRetryMaxMs: number;
  /** A device that held out this long is stable again, and its backoff starts anew. */
  readonly deviceStableMs: number;
  /** How often an agent looks whether it reaches each of its shared devices. */
  readonly reachMs: number;
  /** An agent that has taken a ticket from a queue and is not heard of for so long has lost it. */
  readonly ticketMs: number;
  /** How often an agent looks on its devices for what nobody drives any more. */
  readonly sweepMs: number;
  /** An agent tells of one load balancer's health this often at most. */
  readonly healthGapMs: number;
  /** An agent sends one message about health, of whichever load balancers, this often at most. */
  readonly healthPushMs: number;
  /** How often an agent tells all health again, whether it changed or not. */
  readonly healthRefreshMs: number;
  /** How long a holder may take to read statistics from its device. */
  readonly statisticsTimeoutMs: number;
  /** How long a stopping agent waits for its load balancers to be taken over. */
  readonly goodbyeMs: number;
  /** How long an agent that is restarted on purpose is waited for, whatever else speaks against it. */
  readonly restartLeaseMs: number;
  /** Backoff of registration and of refused store writes. */
  readonly retryMs: number;
  readonly retryMaxMs: number;
  /** Backoff of an actor that crashed: from, and at most. */
  readonly restartMs: number;
  readonly restartMaxMs: number;
  /** How long an API write may take before the client is told to retry. */
  readonly apiTimeoutMs: number;
  /** How long one attempt of it may take: its shard may be changing hands. */
  readonly apiAttemptMs: number;
}

/**
 * Within which a restart lease may be: a shorter one ends before a process can start, and with a longer
 * one a host that never comes back keeps what it held for too long.
 */
export const restartLeaseMinMs = 1_000;
export const restartLeaseMaxMs = 600_000;

/** NATS servers elect the next leader of a stream within so long, and take no write of it meanwhile. */
export const electionMaxMs = 10_000;

/** How long an agent asks what is to be done for a ticket, and how long its question may be under way. */
export const takeTimeoutMs = ({ ackTimeoutMs }: Pick<Timings, 'ackTimeoutMs'>): number =>
  4 * ackTimeoutMs;

/** A judge renews its authority when this part of it has passed. */
export const renewedAfter = 1 / 5;

const common = {
  flapWindowMs: 600_000,
  flapQuietMs: 300_000,
  authorityMs: 15_000,
  authorityLapseMs: 16_000,
  rebalanceAfterMs: 10_000,
  commandTimeoutMs: 10_000,
  commandRetryMs: 100,
  commandRetryMaxMs: 5_000,
  placementDeadlineMs: 30_000,
  removalDeadlineMs: 60_000,
  refusalRetryMs: 30_000,
  deviceRetryMs: 200,
  deviceRetryMaxMs: 30_000,
  deviceStableMs: 10_000,
  reachMs: 1_000,
  ticketMs: 10_000,
  sweepMs: 30_000,
  healthGapMs: 500,
  healthPushMs: 100,
  healthRefreshMs: 30_000,
  statisticsTimeoutMs: 2_000,
  goodbyeMs: 10_000,
  restartLeaseMs: 60_000,
  retryMs: 50,
  retryMaxMs: 2_000,
  restartMs: 100,
  restartMaxMs: 10_000,
  apiTimeoutMs: 10_000,
  apiAttemptMs: 1_000,
};

const lan: Timings = {
  ...common,
  heartbeatMs: 500,
  ackTimeoutMs: 400,
  connectTimeoutMs: 1_000,
  suspectAfterMs: 1_500,
  deadAfterMs: 2_500,
  reconnectGraceMs: 200,
  probeTimeoutMs: 300,
  leaseMs: 3_000,
  lapseMs: 4_500,
  stormWindowMs: 10_000,
  stormBrakeMs: 10_000,
};

/**
 * As `lan`, but a leased address moves only when not even a renewal that its host's agent was kept from
 * sending, and sent as late as it could, may still stand (R16).
 */
const strict: Timings = { ...lan, lapseMs: 7_000 };

/** All on one machine: nothing gets lost on the way, but its cores may be busy. */
const local: Timings = { ...lan };

/** Sites apart: round trips of up to 200 ms, and losses. */
const wan: Timings = {
  ...common,
  reachMs: 3_000,
  heartbeatMs: 2_000,
  ackTimeoutMs: 1_500,
  connectTimeoutMs: 3_000,
  suspectAfterMs: 6_000,
  deadAfterMs: 9_000,
  reconnectGraceMs: 1_000,
  probeTimeoutMs: 1_000,
  leaseMs: 10_000,
  lapseMs: 15_000,
  stormWindowMs: 30_000,
  stormBrakeMs: 30_000,
};

export const presets = { local, lan, strict, wan } as const;
export type PresetName = keyof typeof presets;
