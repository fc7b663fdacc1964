import { type AnyActor, type EventObject, fromCallback } from 'xstate';
import { type Cancellation, Canceller } from '../../machines/ports/cancellation.ts';
import type { Log } from '../../machines/ports/log.ts';

/** What is needed of XState's actor system: the look-up of the root by its system id. */
interface System {
  get(key: string): unknown;
}

/** The root actor that a child belongs to. */
export function rootOf(system: System): { readonly id: string } {
  const root = system.get('self') as { readonly id: string } | undefined;
  if (root === undefined) throw new Error("a child was started outside its host's actors");
  return root;
}

/** The id of the durable actor that a child belongs to. */
export function ownerOf(system: System): string {
  return rootOf(system).id;
}

/**
 * Stops a root actor and all that it started. XState leaves the children of an actor that errored
 * running, and its only way to stop them from outside is the internal one that it uses itself.
 */
export function stopWithChildren(actor: AnyActor): void {
  const { children } = actor.getSnapshot() as {
    readonly children: Readonly<Record<string, object>>;
  };
  actor.stop();
  for (const child of Object.values(children)) (child as { _stop(): void })._stop();
}

/** Made once: nobody reads where it was made, and finding that out takes longer than the abort. */
const stateWasLeft = new Error('the state was left');

/**
 * A child that works on its own until its state is left. What it throws is a bug: it goes to the
 * parent as an error, so that the host sees a crash and nothing hangs.
 */
export function worker<TEvent extends EventObject>(
  work: (
    id: string,
    report: (event: TEvent) => void,
    signal: Cancellation,
    root: object,
  ) => Promise<void>,
) {
  return fromCallback<EventObject>(({ sendBack, system }) => {
    const canceller = new Canceller(stateWasLeft);
    const root = rootOf(system);
    work(root.id, (event) => canceller.aborted || sendBack(event), canceller, root).catch(
      (error: unknown) => {
        if (!canceller.aborted) sendBack({ type: 'xstate.error.worker', error } as EventObject);
      },
    );
    return () => canceller.abort();
  });
}

/** The replacement of every machine's `unexpected`: visible, never silent. */
export function countUnexpected(log: Log, kind: string, counters: { unexpected: number }) {
  return ({ event, system }: { event: EventObject; system: System }): void => {
    if (event.type.startsWith('xstate.error.')) {
      const { error } = event as EventObject & { error?: unknown };
      throw error instanceof Error ? error : new Error(`${event.type}: ${String(error)}`);
    }
    counters.unexpected += 1;
    log.warn(
      { kind, id: ownerOf(system), event: event.type },
      'an unexpected event was left aside',
    );
  };
}
