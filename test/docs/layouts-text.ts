import { format } from 'prettier';
import type { ChartLayouts } from '../../src/inspector/charts/types.ts';

/** The file of layouts, in the format that the checks want. */
export async function layoutsText(layouts: ChartLayouts): Promise<string> {
  return format(JSON.stringify(layouts), { parser: 'json', printWidth: 100 });
}
