import { z } from 'zod';
import { Seat } from '../../machines/protocol/seat.ts';

/** What a command could not do, in words for the one who typed it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** An agent, as the API shows it. */
const Agent = z.object({
  id: z.string(),
  host: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  drivers: z.array(z.string()),
  devices: z.array(
    z.object({ name: z.string(), capacity: z.number().nullable(), lost: z.string().nullable() }),
  ),
  capacity: z.number().nullable(),
  bound_loadbalancers: z.number(),
  standby_loadbalancers: z.number(),
  since: z.coerce.date(),
  cordon: z.object({ draining: z.boolean(), since: z.coerce.date() }).nullable(),
  incarnation: z.number(),
  /** Controllers of the release before don't tell. */
  flapping: z.object({ reason: z.string(), until: z.coerce.date() }).nullable().default(null),
});
export type Agent = z.infer<typeof Agent>;

/** A device, as the API shows it. */
const Device = z.object({
  name: z.string(),
  driver: z.string(),
  capacity: z.number().nullable(),
  loadbalancers: z.number(),
  agents: z.array(z.object({ agent: z.string(), lost: z.string().nullable() })),
});
export type Device = z.infer<typeof Device>;

/** The storm brake, as the API shows it. */
const Brake = z.object({
  engaged: z.boolean(),
  since: z.coerce.date().nullable(),
  reason: z.string().nullable(),
  hosts_gone: z.array(z.string()),
  hosts: z.number(),
});
export type Brake = z.infer<typeof Brake>;

/** How many commands of a controller are under way, and wait for their turn. */
const Pacing = z.object({
  commands_in_flight_max: z.number(),
  agents: z.array(
    z.object({
      agent: z.string(),
      in_flight: z.number(),
      waiting: z.number(),
      takeovers_waiting: z.number(),
      waits_ms: z.number(),
    }),
  ),
});
export type Pacing = z.infer<typeof Pacing>;

/** What would move because loads have become uneven. */
const Rebalance = z.object({
  mode: z.string(),
  blocked: z.string().nullable(),
  moves: z.array(z.object({ loadbalancer: z.string(), from: z.string(), to: z.string() })),
});
export type Rebalance = z.infer<typeof Rebalance>;

const Restarting = z.object({ until: z.coerce.date().nullable() });
export type Restarting = z.infer<typeof Restarting>;

/** A load balancer, as Holdfast's own list shows it. */
const Whereabouts = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  binding: Seat.nullable(),
});
export type Whereabouts = z.infer<typeof Whereabouts>;

/** A machine's step, as the API's event stream tells it. */
const Transition = z.object({
  sequence: z.number(),
  at: z.coerce.date(),
  kind: z.enum(['load-balancer', 'agent']),
  id: z.string(),
  from: z.string(),
  to: z.string(),
  event: z.string(),
  binding: Seat.nullable(),
  reason: z.string().nullable(),
});
export type Transition = z.infer<typeof Transition>;

const FaultBody = z.object({ faultstring: z.string() });

/** A small client of the controllers' API, for the command line. */
export class ApiClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '');
  }

  get(path: string): Promise<unknown> {
    return this.#request('GET', path);
  }

  post(path: string, body: object): Promise<unknown> {
    return this.#request('POST', path, body);
  }

  put(path: string, body: object): Promise<unknown> {
    return this.#request('PUT', path, body);
  }

  delete(path: string): Promise<unknown> {
    return this.#request('DELETE', path);
  }

  async agents(): Promise<readonly Agent[]> {
    return z.object({ agents: z.array(Agent) }).parse(await this.get('/holdfast/v1/agents')).agents;
  }

  async devices(): Promise<readonly Device[]> {
    const body = await this.get('/holdfast/v1/devices');
    return z.object({ devices: z.array(Device) }).parse(body).devices;
  }

  async brake(): Promise<Brake> {
    return z.object({ brake: Brake }).parse(await this.get('/holdfast/v1/brake')).brake;
  }

  async releaseBrake(): Promise<void> {
    await this.post('/holdfast/v1/brake/release', {});
  }

  async pacing(): Promise<Pacing> {
    return z.object({ pacing: Pacing }).parse(await this.get('/holdfast/v1/pacing')).pacing;
  }

  /** Has what waits for its turn sent at once, to this agent or to all. */
  async releasePacing(agent: string | null): Promise<void> {
    const query = agent === null ? '' : `?agent=${encodeURIComponent(agent)}`;
    await this.post(`/holdfast/v1/pacing/release${query}`, {});
  }

  async rebalance(): Promise<Rebalance> {
    const body = await this.get('/holdfast/v1/rebalance');
    return z.object({ rebalance: Rebalance }).parse(body).rebalance;
  }

  /** Begins a pass, or goes on with it. */
  async startRebalance(): Promise<void> {
    await this.post('/holdfast/v1/rebalance', {});
  }

  /** Has an operator's word done about an agent. */
  async order(agent: string, verb: 'cordon' | 'uncordon' | 'drain' | 'trust'): Promise<void> {
    await this.post(`/holdfast/v1/agents/${encodeURIComponent(agent)}/${verb}`, {});
  }

  /** Has this incarnation of an agent restarted; resolves when it is waited for. */
  async restart(agent: string, incarnation: number): Promise<Restarting> {
    const path = `/holdfast/v1/agents/${encodeURIComponent(agent)}/restart`;
    const body = await this.post(`${path}?incarnation=${incarnation}`, {});
    return z.object({ restart: Restarting }).parse(body).restart;
  }

  /** Where all load balancers are. */
  async whereabouts(): Promise<readonly Whereabouts[]> {
    const body = await this.get('/holdfast/v1/loadbalancers');
    return z.object({ loadbalancers: z.array(Whereabouts) }).parse(body).loadbalancers;
  }

  /** Calls `listen` for each transition from now on, until the signal; rejects if the stream breaks. */
  async follow(listen: (event: Transition) => void, signal: AbortSignal): Promise<void> {
    const response = await fetch(`${this.#url}/holdfast/v1/events`, { signal });
    if (!response.ok || response.body === null) {
      throw new CommandError(`${this.#url}: no events (status ${response.status})`);
    }
    let buffered = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      buffered += decoder.decode(chunk as Uint8Array, { stream: true });
      const messages = buffered.split('\n\n');
      buffered = messages.pop() ?? '';
      for (const message of messages) {
        const data = message
          .split('\n')
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5).trim())
          .join('\n');
        if (data !== '') listen(Transition.parse(JSON.parse(data)));
      }
    }
  }

  async #request(method: string, path: string, body?: object): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${this.#url}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
    } catch (error) {
      const { cause } = error as Error;
      const why = cause instanceof Error ? cause.message : String(error);
      throw new CommandError(
        `no controller answers at ${this.#url} (${why}); start one with "npm run up", or name another with --api`,
      );
    }
    const text = await response.text();
    if (response.ok) return text === '' ? null : (JSON.parse(text) as unknown);
    const fault = FaultBody.safeParse(safeJson(text));
    throw new CommandError(fault.success ? fault.data.faultstring : `${response.status}: ${text}`);
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller shows the text itself.
    return null;
  }
}
