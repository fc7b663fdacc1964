import type { AnyStateMachine } from 'xstate';

/**
 * A machine's configuration as JSON, with guards, actions and actors by their names: what Stately's editor
 * imports, and `createMachine` takes.
 */
export function machineJson(machine: AnyStateMachine): string {
  return `${JSON.stringify(machine.config, nameFunctions, 2)}\n`;
}

/** JSON knows no functions, and would put null in a list: the name is what can be kept. */
function nameFunctions(_key: string, value: unknown): unknown {
  return typeof value === 'function' ? { type: value.name === '' ? 'inline' : value.name } : value;
}
