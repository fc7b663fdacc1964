import { MalformedReply } from '../../messaging/endpoint.ts';
import { BusUnavailable, NoResponders, RequestTimeout } from '../../ports/bus.ts';

/** Why a command to this agent has no answer, as people read it; null for what no agent or network is to blame for. */
export function troubleWith(agent: string, error: unknown): string | null {
  if (error instanceof NoResponders) return `agent ${agent} does not listen`;
  if (error instanceof RequestTimeout) return `agent ${agent} has not answered yet`;
  if (error instanceof BusUnavailable) return 'the controller is not connected to NATS';
  if (error instanceof MalformedReply) return `agent ${agent}: ${error.message}`;
  return null;
}
