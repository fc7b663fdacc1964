import { parseDown } from '../../../machines/protocol/subjects.ts';
import { commandOf } from '../../../simulator/evidence/records.ts';
import type { Cluster } from './cluster.ts';

/** The epochs under which more than one incarnation was commanded. */
export function givenTwice(cluster: Cluster): readonly string[] {
  const named = new Map<string, Set<string>>();
  for (const { subject, data } of cluster.sent) {
    const to = parseDown(subject);
    if (to?.kind !== 'command') continue;
    const { loadBalancer, epoch, incarnation } = commandOf(data);
    const key = `${loadBalancer} ${epoch}`;
    named.set(key, (named.get(key) ?? new Set()).add(`${to.agent} ${incarnation}`));
  }
  return [...named].flatMap(([key, { size }]) => (size > 1 ? [key] : []));
}
