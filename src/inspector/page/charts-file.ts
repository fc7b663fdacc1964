import { describeMachine, everyTransition } from '../charts/describe.ts';
import { chartedMachines } from '../charts/machines.ts';
import { readLayouts } from '../charts/read-layouts.ts';
import { chartStyle } from '../charts/svg-style.ts';
import { machineSvg } from '../charts/svg.ts';

/** Next to the page's index.html. */
export const chartsName = 'charts.json';

/**
 * Every machine as the page draws it: laid out when the page is built, so that a browser needs no layout engine.
 * Styles stand beside the pictures: the page's policy refuses those within.
 */
export function chartsFile(): string {
  const layouts = readLayouts();
  const charts = chartedMachines.map((machine) => {
    const description = describeMachine(machine);
    const layout = layouts[machine.id];
    if (layout === undefined) throw new Error(`the machine '${machine.id}' has no layout`);
    const svg = machineSvg(description, layout).replace(/<style>[^<]*<\/style>/, '');
    if (svg.includes('<style'))
      throw new Error(`the picture of '${machine.id}' has another style within`);
    return [machine.id, { svg, transitions: everyTransition(description.root) }] as const;
  });
  return JSON.stringify({ style: chartStyle, charts: Object.fromEntries(charts) });
}
