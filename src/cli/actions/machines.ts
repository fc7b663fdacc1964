import { writeFile } from 'node:fs/promises';
import type { AnyStateMachine } from 'xstate';
import { CommandError } from '../../client/api-client.ts';
import { describeMachine } from '../../inspector/charts/describe.ts';
import type { ChartFormat } from '../../inspector/charts/formats.ts';
import { machineJson } from '../../inspector/charts/json.ts';
import { chartedMachines } from '../../inspector/charts/machines.ts';
import { machineMermaid } from '../../inspector/charts/mermaid.ts';
import { readLayouts } from '../../inspector/charts/read-layouts.ts';
import { machineSvg } from '../../inspector/charts/svg.ts';

export interface MachinesOptions {
  readonly format: ChartFormat;
  readonly out?: string;
}

/** `holdfast machines`: one machine in a format, or a list of all. */
export async function machinesAction(
  name: string | undefined,
  options: MachinesOptions,
): Promise<void> {
  const text = name === undefined ? listed(options) : drawn(machineOf(name), options.format);
  if (options.out === undefined) process.stdout.write(text);
  else await write(options.out, text);
}

function listed({ out }: MachinesOptions): string {
  if (out !== undefined) {
    throw new CommandError(`--out wants one machine; name one of ${names().join(', ')}`);
  }
  const width = Math.max(...names().map(({ length }) => length));
  return chartedMachines
    .map(({ id, root }) => `${id.padEnd(width)}  ${root.description ?? ''}\n`)
    .join('');
}

function machineOf(name: string): AnyStateMachine {
  const machine = chartedMachines.find(({ id }) => id === name);
  if (machine !== undefined) return machine;
  throw new CommandError(`there is no machine '${name}'; there are ${names().join(', ')}`);
}

function names(): string[] {
  return chartedMachines.map(({ id }) => id);
}

function drawn(machine: AnyStateMachine, format: ChartFormat): string {
  if (format === 'json') return machineJson(machine);
  const description = describeMachine(machine);
  if (format === 'mermaid') return machineMermaid(description);
  const layout = readLayouts()[machine.id];
  if (layout === undefined) {
    throw new CommandError(`'${machine.id}' has no layout yet: run npm run docs`);
  }
  return machineSvg(description, layout);
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`can't write ${file}: ${why}`);
  }
}
