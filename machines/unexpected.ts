import type { EventObject } from 'xstate';

/**
 * The action behind every machine's `'*'`. The runtime replaces it with one that counts and logs;
 * a failed child throws here, because a `'*'` that swallowed it would leave its parent waiting for
 * ever.
 */
export function unexpected({ event }: { event: EventObject }): void {
  if (event.type.startsWith('xstate.error.')) {
    const cause = (event as EventObject & { error?: unknown }).error;
    throw new Error(`a child actor failed: ${event.type}`, { cause });
  }
}
