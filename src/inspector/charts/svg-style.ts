/**
 * How a chart looks. A page sets `--chart-…` where it wants another look, and the class `is-active` on states
 * and `is-taken` on edges and events; alone, a chart follows the reader's light or dark.
 */
const colours: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  background: ['#ffffff', '#0d1117'],
  group: ['#f6f8fa', '#131922'],
  box: ['#ffffff', '#1c2430'],
  border: ['#8c9aab', '#56657a'],
  text: ['#1f2933', '#e6edf3'],
  muted: ['#52606d', '#9aa7b4'],
  edge: ['#64748b', '#8291a5'],
  chip: ['#edf2f7', '#212b38'],
  tag: ['#6b46c1', '#b794f4'],
  active: ['#1d6fd1', '#58a6ff'],
  'active-box': ['#e3f0ff', '#12305a'],
  taken: ['#c2410c', '#fb923c'],
};

const names = Object.keys(colours);

function own(theme: 0 | 1): string {
  return names.map((name) => `--own-${name}:${String(colours[name]?.[theme])}`).join(';');
}

/** A page's colour, or else the chart's own. */
function colour(name: string): string {
  if (colours[name] === undefined) throw new Error(`a chart has no colour '${name}'`);
  return `var(--chart-${name},var(--own-${name}))`;
}

const sans = "ui-sans-serif,system-ui,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif";
const mono = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";

const rules: readonly (readonly [selector: string, body: string])[] = [
  ['', `${own(0)};max-width:100%;height:auto`],
  [' text', `font:11px ${mono};fill:${colour('text')}`],
  [' .background', `fill:${colour('background')}`],
  [' .box', `fill:${colour('box')};stroke:${colour('border')};stroke-width:1.2`],
  [' .group>.box', `fill:${colour('group')}`],
  [' .root>.box', 'fill:none;stroke:none'],
  [' .any>.box', 'stroke-dasharray:4 3'],
  [' .inner', `fill:none;stroke:${colour('border')};stroke-width:1`],
  [' .rule', `stroke:${colour('border')};stroke-width:1;opacity:.45`],
  [' .title', `font:600 14px ${sans}`],
  [' .root>.title', `font:600 17px ${sans}`],
  [' .any>.title', `font:italic 13px ${sans};fill:${colour('muted')}`],
  [' .muted', `fill:${colour('muted')}`],
  [' .tag rect', `fill:none;stroke:${colour('tag')}`],
  [' .tag text', `font:10px ${sans};fill:${colour('tag')}`],
  [' .dot', `fill:${colour('edge')}`],
  [' .line', `fill:none;stroke:${colour('edge')};stroke-width:1.3`],
  [' .head', `fill:${colour('edge')}`],
  [' .chip', `fill:${colour('chip')}`],
  [' .state.is-active>.box', `stroke:${colour('active')};stroke-width:2.6`],
  [' .state.is-active:not(.group)>.box', `fill:${colour('active-box')}`],
  [' .state.is-active>.title', `fill:${colour('active')}`],
  [' .edge.is-taken>.line', `stroke:${colour('taken')};stroke-width:2.6`],
  [' .edge.is-taken>.head', `fill:${colour('taken')}`],
  [' .is-taken[data-event]>text', `fill:${colour('taken')};font-weight:600`],
];

/** The rules of every chart; they reach nothing else on a page. */
export const chartStyle: string = [
  ...rules.map(([selector, body]) => `.holdfast-chart${selector}{${body}}`),
  `@media (prefers-color-scheme:dark){.holdfast-chart{${own(1)}}}`,
].join('\n');
