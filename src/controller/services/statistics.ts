import { type ListenerStatistics, noTraffic } from '../../../machines/health/statistics.ts';
import { Fault } from '../../../machines/model/fault.ts';
import { notFound } from '../../../machines/model/operations/words.ts';
import { StatisticsReply } from '../../../machines/protocol/health-messages.ts';
import type { Seat } from '../../../machines/protocol/seat.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import type { Timings } from '../../../machines/timings/timings.ts';
import type { LoadBalancerView } from '../../api/services.ts';
import { call, MalformedReply } from '../../messaging/endpoint.ts';
import { type Bus, BusUnavailable, NoResponders, RequestTimeout } from '../../ports/bus.ts';

export interface StatisticsOptions {
  readonly bus: Bus;
  readonly timings: Timings;
  readonly view: (id: string) => LoadBalancerView | null;
}

/** How often a holder is looked up: the one that was asked may have moved on just then. */
const holdersMax = 2;

/**
 * The counters of each listener, read from the device now, by its holder. What was never served has had
 * no traffic. Throws a Fault: 404, 501 where its driver counts nothing, 503 where nobody can tell.
 */
export async function readStatistics(
  options: StatisticsOptions,
  id: string,
): Promise<ListenerStatistics> {
  let trouble = 'it moves from agent to agent';
  let asked: Seat | null = null;
  for (let attempt = 0; attempt < holdersMax; attempt += 1) {
    const view = options.view(id);
    if (view === null) throw notFound('Load Balancer', id);
    const { listeners, provider } = view.document;
    const silent = Object.fromEntries(listeners.map((listener) => [listener.id, noTraffic]));
    if (view.appliedGeneration === 0) return silent;
    if (view.binding === null) throw unavailable(id, `no agent holds it (${view.reason ?? ''})`);
    const { agent, epoch } = view.binding;
    if (asked?.agent === agent && asked.epoch === epoch) break;
    asked = view.binding;
    const reply = await ask(options, agent, id);
    if (typeof reply === 'string') throw unavailable(id, `agent ${agent} ${reply}`);
    switch (reply.type) {
      case 'counted':
        return { ...silent, ...reply.listeners };
      case 'unsupported':
        throw new Fault(501, `Provider '${provider}' does not tell statistics.`);
      case 'failed':
        throw unavailable(id, `agent ${agent} could not read them: ${reply.message}`);
      case 'elsewhere':
        trouble = `agent ${agent} does not serve it`;
    }
  }
  throw unavailable(id, trouble);
}

function unavailable(id: string, why: string): Fault {
  return new Fault(503, `The statistics of Load Balancer ${id} can't be read now: ${why}.`, 1);
}

/** The reply, or what went wrong, as it follows an agent's name. */
async function ask(
  { bus, timings }: StatisticsOptions,
  agent: string,
  loadBalancer: string,
): Promise<StatisticsReply | string> {
  const subject = subjects.down(agent, 'statistics');
  const { statisticsTimeoutMs } = timings;
  try {
    return await call(bus, subject, { loadBalancer }, StatisticsReply, statisticsTimeoutMs);
  } catch (error) {
    if (error instanceof NoResponders) return 'is not there';
    if (error instanceof RequestTimeout) return `did not answer within ${statisticsTimeoutMs} ms`;
    if (error instanceof BusUnavailable) return "can't be asked: this controller is not connected";
    if (error instanceof MalformedReply) return `answered what can't be read: ${error.message}`;
    throw error;
  }
}
