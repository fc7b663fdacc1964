import { agentMachine, type AgentEvent } from '../../../machines/agent/machine.ts';
import {
  type DeviceContext,
  type DeviceEvent,
  deviceMachine,
} from '../../../machines/device/machine.ts';
import type { LivenessContext } from '../../../machines/liveness/context.ts';
import { type LivenessEvent, livenessMachine } from '../../../machines/liveness/machine.ts';
import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { LoadBalancerEvent } from '../../../machines/load-balancer/events.ts';
import { claimantsOf } from '../../../machines/load-balancer/shadows.ts';
import { loadBalancerMachine } from '../../../machines/load-balancer/machine.ts';
import type { Subject } from './explore.ts';
import { agentDescription } from '../../fixtures/agent-description.ts';

/** Events of every type of a union: the compiler sees to it that none is forgotten. */
type EveryType<TEvent extends { type: string }> = {
  readonly [type in TEvent['type']]: readonly Extract<TEvent, { type: type }>[];
};

const operating = { loadBalancer: 'ONLINE', listeners: {}, pools: {}, members: {} } as const;
const offered = [
  { agent: 'agent-1', incarnation: 1, host: 'host-1', device: 'memory' },
  { agent: 'agent-2', incarnation: 1, host: 'host-2', device: 'memory' },
];

function loadBalancerEvents(context: LoadBalancerContext): EveryType<LoadBalancerEvent> {
  const seat = context.binding ?? { agent: 'agent-1', incarnation: 1, epoch: 1 };
  const standby = context.standby ?? { agent: 'agent-9', incarnation: 1, epoch: 99 };
  const { epoch } = seat;
  const desired = { driver: 'memory', zone: null, at: 1, deadlineAt: 100 } as const;
  const place = { type: 'place', claimants: [], rejected: [], reason: 'nobody', at: 2 } as const;
  const ended = claimantsOf(context).map(({ agent, incarnation }) => ({
    agent,
    incarnation,
    host: null,
    ended: true,
  }));
  const claim = { type: 'claim', agent: 'agent-2', incarnation: 1, generation: 1, at: 3 } as const;
  const leaving = { type: 'agent.leaving', claimants: [], at: 4 } as const;
  const lost = { type: 'agent.lost', verdict: 'dead', at: 5 } as const;
  const live = { type: 'desired.changed', status: 'live', ...desired } as const;
  const fenced = { type: 'driven.fenced', epoch, at: 6 } as const;
  return {
    'desired.changed': [
      {
        ...live,
        generation: Math.min(context.generation + 1, 3),
        reschedulable: true,
        leased: false,
        queued: false,
      },
      {
        ...live,
        generation: context.generation,
        reschedulable: false,
        leased: false,
        queued: false,
      },
      { ...live, generation: context.generation, reschedulable: true, leased: true, queued: false },
      { ...live, generation: context.generation, reschedulable: true, leased: false, queued: true },
      {
        ...live,
        status: 'deleting',
        generation: 4,
        reschedulable: true,
        leased: false,
        queued: false,
      },
    ],
    place: [
      { ...place, candidates: offered, standbyReady: false },
      { ...place, candidates: offered, claimants: ended, standbyReady: false },
      { ...place, candidates: [], standbyReady: true },
      { ...place, candidates: [], standbyReady: false },
    ],
    'agent.lost': [
      { ...lost, ...seat },
      { ...lost, ...seat, takenBy: standby },
      { ...lost, ...standby },
      { ...lost, agent: 'stranger', incarnation: 1 },
    ],
    'agent.leaving': [
      { ...leaving, ...seat, candidates: [offered[1]!], standbyReady: false },
      { ...leaving, ...seat, candidates: [], standbyReady: true },
      { ...leaving, ...standby, candidates: [], standbyReady: false },
      { ...leaving, agent: 'stranger', incarnation: 1, candidates: [], standbyReady: false },
    ],
    claim: [
      { ...claim, epoch, removed: false },
      { ...claim, epoch: standby.epoch, removed: false },
      { ...claim, epoch: epoch + 50, removed: false },
      { ...claim, epoch, removed: true },
    ],
    'shadow.ended': [
      { type: 'shadow.ended', ...(context.shadows[0] ?? seat) },
      { type: 'shadow.ended', agent: 'stranger', incarnation: 1 },
    ],
    'driven.applied': [
      { type: 'driven.applied', epoch, generation: context.generation, operating, at: 7 },
      { type: 'driven.applied', epoch, generation: 0, operating: null, at: 7 },
      { type: 'driven.applied', epoch: epoch + 9, generation: 9, operating: null, at: 7 },
    ],
    'driven.removed': [{ type: 'driven.removed', epoch }],
    'driven.fenced': [
      { ...fenced, by: { epoch: standby.epoch, generation: 1, removed: false } },
      { ...fenced, by: { epoch: epoch + 50, generation: 1, removed: false } },
      { ...fenced, by: { epoch, generation: 1, removed: true } },
      { ...fenced, by: { epoch: 0, generation: 1, removed: false } },
    ],
    'driven.refused': [
      { type: 'driven.refused', epoch, generation: 1, message: 'no', retryAt: 9 },
      { type: 'driven.refused', epoch: epoch + 9, generation: 1, message: 'no', retryAt: 9 },
    ],
    'driven.trouble': [{ type: 'driven.trouble', epoch, message: 'hm' }],
    'deadline.passed': [
      { type: 'deadline.passed', deadlineAt: context.deadlineAt ?? 0 },
      { type: 'deadline.passed', deadlineAt: -1 },
    ],
    'retry.due': [{ type: 'retry.due' }],
  };
}

function livenessEvents({
  incarnation,
  restart,
  flapping,
  term,
}: LivenessContext): EveryType<LivenessEvent> {
  const description = agentDescription();
  const limits = { flapWindowMs: 10, flapQuietMs: 10 };
  const told = { agent: 'agent-1', description, limits, term, at: 1 };
  const registered = { type: 'registered', ...told } as const;
  const numbers = [incarnation, incarnation - 1];
  const each = <T extends string>(type: T) =>
    numbers.map((of) => ({ type, incarnation: of, at: 2 }));
  return {
    registered: [
      { ...registered, incarnation: Math.min(incarnation + 1, 3) },
      { ...registered, incarnation },
      { ...registered, incarnation: incarnation - 1 },
    ],
    silent: each('silent'),
    expired: each('expired'),
    heard: each('heard'),
    'connection.closed': each('connection.closed').map((event) => ({ ...event, reason: 'EOF' })),
    'probe.answered': each('probe.answered'),
    'probe.nobody': each('probe.nobody'),
    goodbye: each('goodbye'),
    emptied: each('emptied'),
    cordon: [false, true].map((draining) => ({ type: 'cordon', draining, at: 2 })),
    uncordon: [{ type: 'uncordon', at: 2 }],
    restart: each('restart').map((event) => ({ ...event, sequence: 1, forMs: 1_000, term })),
    stayed: [1, 2].flatMap((sequence) => each('stayed').map((event) => ({ ...event, sequence }))),
    'lease.ended': [restart?.until ?? 0, -1].map((until) => ({
      type: 'lease.ended',
      until,
      at: 2,
    })),
    calmed: [flapping?.until ?? 0, -1].map((until) => ({ type: 'calmed', until, at: 2 })),
    trusted: [{ type: 'trusted', at: 2 }],
    lapsed: [term, term - 1].flatMap((of) =>
      each('lapsed').map((event) => ({ ...event, term: of })),
    ),
    'taken.over': [term, Math.min(term + 1, 2)].map((of) => ({
      type: 'taken.over',
      term: of,
      at: 2,
    })),
  };
}

function agentEvents(): EveryType<AgentEvent> {
  return {
    started: [{ type: 'started', incarnation: 1 }],
    'bus.connected': [{ type: 'bus.connected' }],
    'bus.disconnected': [{ type: 'bus.disconnected' }],
    'register.accepted': [{ type: 'register.accepted' }],
    'incarnation.ended': [{ type: 'incarnation.ended', reason: 'dead', next: 2 }],
    unknown: [{ type: 'unknown' }],
    'lease.ended': [{ type: 'lease.ended' }],
    'lease.renewed': [{ type: 'lease.renewed' }],
    restart: [true, false].map((insists) => ({ type: 'restart', insists })),
    'restart.leased': [{ type: 'restart.leased' }],
    'restart.refused': [true, false].map((leaving) => ({
      type: 'restart.refused',
      reason: 'no',
      leaving,
    })),
    stop: [{ type: 'stop' }],
    'goodbye.done': [{ type: 'goodbye.done', outcome: 'retired' }],
  };
}

function deviceEvents(context: DeviceContext): EveryType<DeviceEvent> {
  const wanted = context.wanted ?? { epoch: 1, generation: 1, live: true, edit: null };
  const { epoch, generation } = wanted;
  const marker = { epoch, generation, removed: false };
  const failed = (kind: 'retryable' | 'permanent' | 'unknown', change: object = {}) =>
    ({
      type: 'execute.failed',
      wanted: { ...wanted, ...change },
      failure: { kind, message: 'no', retryAfterMs: null },
    }) as const;
  const command = (change: object) =>
    ({ type: 'command', wanted: { ...wanted, ...change } }) as const;
  return {
    command: [
      command({}),
      command({ live: true, generation: Math.min(generation + 1, 3) }),
      command({ live: true, epoch: Math.min(epoch + 1, 3) }),
      command({ live: false, generation: Math.min(generation + 1, 3) }),
      command({ epoch: epoch - 1 }),
    ],
    'execute.applied': [
      { type: 'execute.applied', wanted, marker },
      { type: 'execute.applied', wanted: { ...wanted, epoch: epoch - 1 }, marker },
    ],
    'execute.removed': [{ type: 'execute.removed', wanted: { ...wanted, live: false } }],
    'execute.fenced': [
      { type: 'execute.fenced', marker },
      { type: 'execute.fenced', marker: { ...marker, epoch: 5 } },
      { type: 'execute.fenced', marker: { ...marker, removed: true } },
    ],
    'execute.failed': [
      ...(['retryable', 'permanent', 'unknown'] as const).map((kind) => failed(kind)),
      failed('permanent', { generation: generation - 1 }),
    ],
    'device.down': [{ type: 'device.down', reason: 'it died' }],
    'device.drifted': [{ type: 'device.drifted', reason: 'somebody changed it' }],
    'device.stable': [{ type: 'device.stable' }],
    'retry.due': [{ type: 'retry.due' }],
    superseded: [
      { type: 'superseded', epoch: 5 },
      { type: 'superseded', epoch: epoch - 1 },
    ],
  };
}

const loadBalancer: Subject = {
  name: 'load-balancer',
  machine: loadBalancerMachine,
  events: loadBalancerEvents,
  aspects: (context: LoadBalancerContext) => [
    context.status,
    context.reschedulable,
    context.generation === 0,
    context.binding?.agent,
    context.standby?.agent,
    context.overdue,
  ],
};
const liveness: Subject = {
  name: 'liveness',
  machine: livenessMachine,
  events: livenessEvents,
  aspects: (context: LivenessContext) => [context.incarnation, context.suspicion],
};
const agent: Subject = {
  name: 'agent',
  machine: agentMachine,
  events: agentEvents,
  aspects: () => null,
};
const device: Subject = {
  name: 'device',
  machine: deviceMachine,
  events: deviceEvents,
  aspects: (context: DeviceContext) => [
    context.wanted,
    context.applied?.live,
    context.fencedBy !== null,
    Math.min(context.failures, 2),
  ],
};

/** Every machine of the product. */
export const subjects: readonly Subject[] = [loadBalancer, liveness, agent, device];
