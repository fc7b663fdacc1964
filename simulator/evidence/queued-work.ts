import { bindingOf } from './records.ts';

/**
 * Where load balancers are taken from queues, each new configuration may come to another holder, and so may
 * a removal; what is configured as wanted stays where it is, as everywhere.
 */
export function isQueuedWork(value: string): boolean {
  const { queued, generation, appliedGeneration, status } = bindingOf(value).context;
  return queued && (generation > appliedGeneration || status === 'deleting');
}
