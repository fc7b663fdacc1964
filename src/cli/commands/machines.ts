import { Command, Option } from 'commander';
import { type ChartFormat, chartFormats } from '../../inspector/charts/formats.ts';

export const machinesCommand = new Command('machines')
  .description('draw the statecharts that everything runs by, or list them')
  .argument('[name]', 'the machine; without it, what there is')
  .addOption(
    new Option('--format <format>', 'a picture, text for Mermaid, or the configuration')
      .choices(chartFormats)
      .default('svg'),
  )
  .option('--out <file>', 'write it there, not to the standard output')
  .action(async (name: string | undefined, options: { format: ChartFormat; out?: string }) => {
    const { machinesAction } = await import('../actions/machines.ts');
    await machinesAction(name, options);
  });
