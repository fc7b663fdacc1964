import { fromCallback, type EventObject } from 'xstate';

/**
 * Stands where the runtime provides an actor. A machine that starts it was composed wrongly, and
 * says which part is missing.
 */
export function notProvided(machine: string, actor: string) {
  return fromCallback<EventObject>(() => {
    throw new Error(`${machine}: the actor '${actor}' was not provided`);
  });
}
