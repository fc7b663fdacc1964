/** What a machine can be shown as; Stately's editor imports the JSON. */
export const chartFormats = ['svg', 'mermaid', 'json'] as const;

export type ChartFormat = (typeof chartFormats)[number];
