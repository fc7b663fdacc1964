import type { AgentView } from '../../src/api/services.ts';
import { livenessOf } from '../evidence/records.ts';
import type { CheckerKind } from './checker.ts';

interface Known {
  readonly incarnation: number;
  readonly state: string;
}

/** States from which no incarnation comes back. */
const over = new Set(['dead', 'retired']);

/**
 * An incarnation of an agent means one start of its process, as long as it has its disk, and what it lost of
 * that, or its clock, tells it which were before. On record they
 * only grow, only those on record send heartbeats, and a verdict on one of them is never taken back.
 * In the end every controller knows the one as which an agent lives.
 */
export const incarnationsNeverDecrease: CheckerKind = {
  name: 'incarnations-never-decrease',
  start({ world, core, controllers, violate }) {
    const records = new Map<string, Known>();
    /** The newest that was ever on record, be it lost by now: its agent can't know that. */
    const newest = new Map<string, number>();
    /** The start of its process at which each incarnation of an agent registered first. */
    const starts = new Map<string, number>();
    /** Whose journal has lost lines, and who was ever started while its clock was behind. */
    const damaged = new Set<string>();
    const behind = new Set<string>();

    const recorded = (agent: string, value: string): string | null => {
      const { value: state, context } = livenessOf(value);
      const { incarnation } = context;
      const before = records.get(agent);
      records.set(agent, { incarnation, state });
      newest.set(agent, Math.max(incarnation, newest.get(agent) ?? 0));
      if (before === undefined || incarnation > before.incarnation) return null;
      if (incarnation < before.incarnation) {
        return `${agent} was incarnation ${before.incarnation} on record, and is ${incarnation}`;
      }
      return over.has(before.state) && state !== before.state
        ? `incarnation ${incarnation} of ${agent} was ${before.state}, and is ${state} again`
        : null;
    };

    // A lower one is refused by its judge, and the agent takes a higher one: it may have lost its disk.
    const registers = (agent: string, incarnation: number): string | null => {
      const { starts: start, disks } = world.agentHost(agent);
      const key = `${agent} ${incarnation} ${disks}`;
      const first = starts.get(key) ?? start;
      starts.set(key, first);
      // What it forgot it can only know by its clock, and that one was behind as well.
      if (damaged.has(agent) && behind.has(agent)) return null;
      return first === start
        ? null
        : `${agent} registers as ${incarnation} at its start ${start}, as it did at its start ${first}`;
    };

    const beats = (agent: string, incarnation: number): string | null => {
      const known = newest.get(agent) ?? 0;
      return incarnation > known
        ? `${agent} sends heartbeats as ${incarnation}, and ${known} is its newest on record`
        : null;
    };

    return {
      onEvent(event) {
        if (event.type === 'journal-damaged') damaged.add(event.agent);
        if (event.type === 'started') {
          const { agent } = event;
          if (world.agentHost(agent).time.wallMs() < world.clock.wallMs()) behind.add(agent);
        }
        if (event.type === 'lost' && event.bucket === 'liveness') {
          records.delete(event.key);
          if (event.now?.type === 'put') recorded(event.key, event.now.value);
        } else if (event.type === 'stored') {
          const { bucket, change } = event;
          if (bucket !== 'liveness' || change.type !== 'put') return;
          const problem = recorded(change.key, change.value);
          if (problem !== null) violate(problem);
        } else if (event.type === 'sent') {
          const registering = event.subject.endsWith('.register');
          if (!registering && !event.subject.endsWith('.heartbeat')) return;
          const { from: agent } = event;
          const incarnation = incarnationIn(event.data);
          if (incarnation === null) return;
          const problem = registering ? registers(agent, incarnation) : beats(agent, incarnation);
          if (problem !== null) violate(problem);
        }
      },
      atEnd() {
        for (const { fleet } of controllers()) {
          for (const seen of fleet.agents()) {
            const agent = core().includes(seen.id) ? world.agent(seen.id) : null;
            const problem = agent === null ? null : whyNotSeen(seen, agent.incarnation);
            if (problem !== null) violate(problem);
          }
        }
      },
    };
  },
};

function whyNotSeen({ id, incarnation, state }: AgentView, lives: number): string | null {
  return incarnation === lives && state === 'alive'
    ? null
    : `${id} lives as ${lives}, and a controller takes it for ${incarnation}, ${state}`;
}

/** Most messages are heartbeats, so only the one number is looked for. */
function incarnationIn(data: string): number | null {
  const digits = /"incarnation":(\d+)/.exec(data)?.[1];
  return digits === undefined ? null : Number(digits);
}
