import { Fault } from '../fault.ts';

/**
 * The resource with its changes. Only the named attributes can be changed; anything else is
 * refused with 400, so that no sender can move a resource or forge its history.
 */
export function merged<T extends object>(
  resource: T,
  changes: Readonly<Record<string, unknown>>,
  mutable: readonly (keyof T & string)[],
): T {
  for (const key of Object.keys(changes)) {
    if (!(mutable as readonly string[]).includes(key)) {
      throw new Fault(
        400,
        `Unknown attribute for argument changes: ${key}. What can be changed is ${mutable.join(', ')}.`,
      );
    }
  }
  // The merged document is parsed as a whole before it is committed, which checks the values' types.
  return { ...resource, ...changes } as T;
}
