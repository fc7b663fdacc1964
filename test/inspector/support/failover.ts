import {
  type Batch,
  type Frame,
  type RecordingHeader,
  type ShownEvent,
  inspectionVersion,
} from '../../../machines/protocol/inspection.ts';
import { shardOf } from '../../../machines/protocol/subjects.ts';
import { Process } from './process.ts';

/** What a story may have beside its failover. */
export interface Story {
  /** Names that would run as script, were they ever taken for markup. */
  readonly hostile?: boolean;
  readonly violation?: boolean;
}

export const hostileName = '<img src=x onerror="globalThis.hostile=1">';
export const agents = ['agent-1', 'agent-2', 'agent-3'] as const;
/** What the failover leaves: when the agent dies, and when all that may move has moved. */
export const diesAtMs = 4_000;
export const movedAtMs = 5_600;
/** The wall time of a recorded story's zero. */
const startedAtMs = 1_767_225_600_000;

const names = ['shop', 'shop-api', 'search', 'checkout', 'login', 'media'].concat([
  'mail',
  'metrics',
  'docs',
  'billing',
  'legacy',
  'edge',
]);
export const loadBalancers = names.map((name, index) => ({
  name,
  id: `${String(index + 1).padStart(8, '0')}-0000-4000-8000-${String(4096 + index * 77)}00000000`,
}));
const legacy = loadBalancers[10]!.id;
const edge = loadBalancers[11]!.id;

export function headerOf(story: Story = {}): RecordingHeader {
  return {
    holdfast: 'recording',
    version: inspectionVersion,
    source: 'simulator',
    title: story.violation ? 'one-dies, seed 7' : 'a failover of 12 load balancers',
    promise: 'every load balancer that may move serves again within 5 s',
    seed: 7,
    startedAtMs,
  };
}

/** An agent dies, and what it held moves; the same batches every time. */
export function failoverBatches(story: Story = {}): Batch[] {
  return new Telling(story).tell();
}

/** The story as a simulator records it: by the wall time of its virtual world. */
export const recordingText = (story: Story = {}): string =>
  [headerOf(story), ...failoverBatches(story)]
    .map((line) => `${JSON.stringify(line, (key, value) => onWallTime(key, value))}\n`)
    .join('');

const moments = ['atMs', 'deadlineAt', 'retryAt', 'waitingSince'];
const onWallTime = (key: string, value: unknown): unknown =>
  moments.includes(key) && typeof value === 'number' ? value + startedAtMs : value;

class Telling {
  readonly #story: Story;
  readonly #controllers = [new Process('ctl-1', 'controller'), new Process('ctl-2', 'controller')];
  readonly #agents = agents.map((id) => new Process(id, 'agent'));
  /** What the agent that dies told before. */
  readonly #former = this.#agents[0]!;
  readonly #simulator = new Process('simulator', 'simulator');

  constructor(story: Story) {
    this.#story = story;
  }

  tell(): Batch[] {
    this.#begin();
    this.#edit();
    this.#agentDies();
    this.#moves();
    this.#refusal();
    this.#comesBack();
    if (this.#story.violation) this.#violation();
    this.#beats();
    const all = [...this.#controllers, this.#former, ...this.#agents, this.#simulator];
    return all.flatMap((each) => each.batches()).sort((a, b) => a.atMs - b.atMs);
  }

  #owner(id: string): Process {
    return this.#controllers[shardOf(id) < 32 ? 0 : 1]!;
  }

  #begin(): void {
    for (const [index, id] of agents.entries()) {
      const judge = this.#owner(id);
      const description = {
        host: `host-${index + 1}`,
        zone: `zone-${(index % 2) + 1}`,
        capacity: 40,
      };
      const seen = { agent: id, incarnation: 1, description, reason: null };
      judge.step(100 + index * 40, 'liveness', id, {
        to: 'joining',
        event: { type: 'xstate.init' },
      });
      const event = { type: 'registered', agent: id, incarnation: 1 };
      judge.step(220 + index * 40, 'liveness', id, { to: 'alive', event, context: seen });
      const agent = this.#agents[index]!;
      agent.step(150 + index * 40, 'agent', id, {
        to: 'registering',
        event: { type: 'bus.connected' },
      });
      agent.message(200 + index * 40, `hf.up.${id}.${shardOf(id)}.register`, {
        tookMs: 18,
        agent: id,
      });
      agent.step(240 + index * 40, 'agent', id, {
        to: 'serving',
        event: { type: 'register.accepted' },
      });
    }
    for (const [index, { id, name }] of loadBalancers.entries()) {
      const at = 400 + index * 60;
      const label = this.#story.hostile && index < 2 ? hostileName : name;
      this.#desire(at, id, label, 1);
      if (id === edge) this.#finds(at + 25, id, 'no agent reaches a device of the driver caddy');
      else this.#bind(at + 20, id, id === legacy ? 'agent-1' : agents[index % 3]!, 1);
    }
  }

  #desire(at: number, id: string, label: string, generation: number): void {
    const driver = id === edge ? 'caddy' : 'haproxy';
    const event = { type: 'desired.changed', generation, status: 'live', driver };
    const context = { generation, driver, reschedulable: id !== legacy, waitingSince: at };
    const deadlineAt = at + 120_000;
    const process = this.#owner(id);
    const to = generation === 1 ? 'pending' : 'bound.applying';
    process.step(at, 'load-balancer', id, {
      to,
      event,
      label,
      context: { ...context, deadlineAt },
    });
  }

  #finds(at: number, id: string, reason: string): void {
    const why = id === edge ? 'it drives no device of caddy' : 'it is on another host';
    const rejected = agents.slice(id === edge ? 0 : 1).map((agent) => ({ agent, reason: why }));
    const event = { type: 'place', candidates: [], reason };
    const process = this.#owner(id);
    process.stay(at, 'load-balancer', id, event, { reason, rejected });
  }

  #bind(at: number, id: string, agent: string, epoch: number, incarnation = 1): void {
    const process = this.#owner(id);
    const binding = { agent, incarnation, epoch };
    const event = { type: 'place', candidates: [{ agent, incarnation, host: hostOf(agent) }] };
    const replaced = process.context('load-balancer', id)['binding'] ?? null;
    const context = {
      binding,
      lastEpoch: epoch,
      replaced,
      standby: null,
      waitingSince: null,
      reason: null,
      rejected: [],
    };
    process.step(at, 'load-balancer', id, { to: 'rebinding', event, context });
    this.#drive(at + 10, id, agent, epoch);
  }

  /** The holder is commanded, makes its device so, and says that it has. */
  #drive(at: number, id: string, agent: string, epoch: number): void {
    const process = this.#owner(id);
    const holder = this.#agents[agents.indexOf(agent as 'agent-1')]!;
    const generation = process.context('load-balancer', id)['generation'] ?? 1;
    const wanted = { epoch, generation, live: true, edit: null };
    process.message(at, `hf.down.${agent}.command`, { tookMs: 184, agent, loadBalancer: id });
    holder.step(at + 6, 'device', id, {
      to: 'applying',
      event: { type: 'command', wanted },
      context: { wanted },
    });
    const applied = { type: 'execute.applied', wanted };
    holder.step(at + 180, 'device', id, {
      to: 'active',
      event: applied,
      context: { applied: wanted },
    });
    const event = { type: 'driven.applied', epoch, generation };
    const context = {
      appliedEpoch: epoch,
      appliedGeneration: generation,
      deadlineAt: null,
      replaced: null,
      reason: null,
    };
    process.step(at + 190, 'load-balancer', id, { to: 'bound.settled', event, context });
    if (id === loadBalancers[0]!.id && epoch === 1) this.#standby(at + 260, id, 'agent-2', 2);
  }

  #standby(at: number, id: string, agent: string, epoch: number): void {
    const standby = { agent, incarnation: 1, epoch };
    const event = { type: 'place', candidates: [{ agent, incarnation: 1, host: hostOf(agent) }] };
    this.#owner(id).stay(at, 'load-balancer', id, event, { standby, lastEpoch: epoch });
  }

  #edit(): void {
    const { id, name } = loadBalancers[4]!;
    this.#desire(2_600, id, name, 2);
    this.#drive(2_610, id, 'agent-2', 1);
  }

  #agentDies(): void {
    const fault = {
      id: 'f1',
      kind: 'kill',
      row: 'agent-1',
      summary: 'agent-1 is killed',
      detail: 'kill -9',
    };
    this.#simulator.tell(diesAtMs, { type: 'fault', atMs: diesAtMs, phase: 'began', ...fault });
    this.#simulator.tell(8_000, { type: 'fault', atMs: 8_000, phase: 'ended', ...fault });
    this.#former.diesAtMs = diesAtMs;
    const judge = this.#owner('agent-1');
    const closed = { type: 'connection.closed', incarnation: 1, reason: 'Client Closed' };
    const suspicion = {
      reason: 'its connection was closed (Client Closed)',
      suspicion: 'connection closed',
    };
    judge.step(4_120, 'liveness', 'agent-1', { to: 'suspect', event: closed, context: suspicion });
    judge.message(4_130, 'hf.down.agent-1.probe', { outcome: 'no responders', agent: 'agent-1' });
    const dead = { reason: 'crashed: its connection was closed and nobody listens' };
    judge.step(4_640, 'liveness', 'agent-1', {
      to: 'dead',
      event: { type: 'probe.nobody' },
      context: dead,
    });
    judge.trouble(4_642, 'agent agent-1 is dead', { agent: 'agent-1', verdict: 'crashed' });
  }

  #moves(): void {
    const held = loadBalancers.filter((_, index) => index % 3 === 0);
    for (const [index, { id }] of [...held, loadBalancers[10]!].entries()) {
      const at = 4_660 + index * 35;
      const process = this.#owner(id);
      const event = { type: 'agent.lost', agent: 'agent-1', incarnation: 1, verdict: 'crashed' };
      const context = { waitingSince: at, reason: 'agent agent-1 is lost: crashed' };
      process.step(at, 'load-balancer', id, { to: 'orphaned', event, context });
      if (id === legacy) this.#finds(at + 30, id, 'it can’t leave host-1, and nobody serves there');
      else this.#bind(at + 40, id, agents[1 + (index % 2)]!, index === 0 ? 2 : 3);
    }
  }

  #refusal(): void {
    const { id } = loadBalancers[7]!;
    const process = this.#owner(id);
    this.#desire(6_900, id, 'metrics', 2);
    const message = 'certificate web.pem has expired';
    const event: ShownEvent = {
      type: 'driven.refused',
      epoch: 1,
      generation: 2,
      message,
      retryAt: 37_100,
    };
    const context = { refusal: message, reason: message, retryAt: 37_100 };
    process.step(7_100, 'load-balancer', id, { to: 'bound.degraded', event, context });
    process.trouble(7_102, `load balancer refused: ${message}`, { loadBalancer: id });
  }

  #comesBack(): void {
    const agent = new Process('agent-1', 'agent', 2);
    this.#agents[0] = agent;
    agent.step(8_200, 'agent', 'agent-1', { to: 'registering', event: { type: 'bus.connected' } });
    agent.step(8_310, 'agent', 'agent-1', { to: 'serving', event: { type: 'register.accepted' } });
    const judge = this.#owner('agent-1');
    const event = { type: 'registered', agent: 'agent-1', incarnation: 2 };
    judge.step(8_300, 'liveness', 'agent-1', {
      to: 'alive',
      event,
      context: { incarnation: 2, reason: null },
    });
    this.#bind(8_420, legacy, 'agent-1', 2, 2);
    const hand = {
      kind: 'load-balancer' as const,
      id: loadBalancers[7]!.id,
      event: { type: 'retry.due' },
    };
    const frame: Frame = { type: 'hand', atMs: 9_500, ...hand, who: 'ada', refused: null };
    this.#owner(hand.id).tell(9_500, frame);
  }

  #violation(): void {
    const { id } = loadBalancers[3]!;
    this.#simulator.tell(10_200, {
      type: 'violation',
      atMs: 10_200,
      checker: 'one-holder',
      message: `${id} is served at two places at once: by agent-2 under epoch 3, and by agent-1 under epoch 1`,
      loadBalancer: id,
      events: ['agent-1 came back', 'its device was not fenced'],
    });
  }

  #beats(): void {
    const shards = (from: number) => Array.from({ length: 32 }, (_, index) => from + index);
    const off = { engaged: false, sinceMs: null, reason: null, gone: [], hosts: 3 };
    const pacing = {
      commandsInFlight: 64,
      agents: [{ agent: 'agent-2', inFlight: 2, waiting: 1, takeovers: 1, waitsMs: 20 }],
    };
    const empty = { commandsInFlight: 64, agents: [] };
    for (let at = 50; at <= 12_000; at += 500) {
      const isMoving = at > 4_600 && at < movedAtMs;
      for (const [index, controller] of this.#controllers.entries()) {
        controller.facts(at, {
          shards: shards(index * 32),
          brake: off,
          pacing: isMoving ? pacing : empty,
        });
      }
      for (const [index, now] of this.#agents.entries()) {
        const isFormer = index === 0 && at < 8_200;
        const agent = isFormer ? this.#former : now;
        agent.facts(at, {
          host: `host-${index + 1}`,
          incarnation: at > 8_200 && index === 0 ? 2 : 1,
        });
        agent.message(at + 7, `hf.up.${agent.id}.${shardOf(agent.id)}.heartbeat`, {
          tookMs: 4,
          agent: agent.id,
        });
      }
    }
  }
}

const hostOf = (agent: string) => `host-${agent.slice(-1)}`;
