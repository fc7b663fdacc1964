import { stateName } from '../../src/host/actor-kind.ts';
import { type BindingSnapshot, bindingOf } from './records.ts';

/** In which an actor asks for somebody, or is about to ask again. */
const asking: ReadonlySet<string> = new Set([
  'pending',
  'orphaned',
  'bound.queued',
  'bound.degraded',
  'deleting.waiting',
]);

/**
 * Where load balancers are taken from queues, each new configuration may come to another holder, but
 * nothing else: an actor asks for one only while there is something to do. `before` is the record until
 * now; null where that is not known.
 */
export function wasAskedFor(before: string | null, value: string): boolean {
  const { context } = bindingOf(value);
  if (!context.queued || before === null) return context.queued;
  const known: BindingSnapshot = bindingOf(before);
  return (
    asking.has(stateName(known.value)) ||
    !known.context.queued ||
    context.generation > known.context.generation ||
    context.status !== known.context.status
  );
}
