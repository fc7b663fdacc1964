import type { ReportData, ViolationMark } from './data.ts';
import { escapeHtml, seconds } from './html.ts';
import { rowsHtml } from './rows.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/** About how many times stand on the axis. */
const axisTicks = 12;
const niceSteps = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000];

/** One HTML file that needs nothing else: no network, no font, no picture. */
export function reportPage(data: ReportData): string {
  const { scenario, seed } = data;
  const isVirtual = seed !== null;
  const title = isVirtual ? `${scenario}, seed ${seed}` : scenario;
  const by = isVirtual ? 'Holdfast simulator' : 'Holdfast chaos';
  // In a script element only '<' could end it.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}: ${by}</title>
<style>${style}</style>
</head>
<body>
${headHtml(data, title)}
${data.violations.map(violationHtml).join('\n')}
${legendHtml()}
<div class="chart"><div class="inner">
${axisHtml(data)}
${overHtml(data)}
${rowsHtml(data)}
</div></div>
<div id="tip"></div>
<script type="application/json" id="data">${json}</script>
<script>${script}</script>
</body>
</html>
`;
}

function headHtml(data: ReportData, title: string): string {
  const facts: readonly (readonly [string, string])[] = [
    [data.seed === null ? 'time' : 'virtual time', `${(data.endMs / 1_000).toFixed(1)} s`],
    ['faults', String(data.faults.length)],
    ['load balancers', String(data.loadBalancers.length)],
    ['rebinds', String(data.rebinds)],
    ['writes', String(data.writes.length)],
    ['violations', String(data.violations.length)],
    ...(data.hash === null ? [] : [['trace hash', data.hash.slice(0, 12)] as const]),
    ...Object.entries(data.figures),
  ];
  const list = facts.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  const verdict = data.ok ? 'passed' : 'failed';
  return `<h1>${escapeHtml(title)}<span class="verdict ${verdict}">${verdict}</span></h1>
<p class="summary">${escapeHtml(data.summary)}</p>
<p class="promise">${escapeHtml(data.promise)}</p>
<dl class="facts">${list.join('')}</dl>`;
}

function violationHtml({ checker, message, atMs, loadBalancer, events }: ViolationMark): string {
  const which = loadBalancer === '' ? '' : `, load balancer ${loadBalancer}`;
  return `<div class="violation"><strong>${escapeHtml(checker)}</strong> was violated at ${seconds(atMs)}${escapeHtml(which)}: ${escapeHtml(message)}<pre>${escapeHtml(events.join('\n'))}</pre></div>`;
}

function legendHtml(): string {
  const entries = [
    ['binding e0', 'bound, one colour for each epoch'],
    ['binding e0 rebinding', 'rebinding'],
    ['binding none orphaned', 'orphaned'],
    ['binding none pending', 'pending'],
    ['fault', 'fault'],
    ['tick applied', 'applied on the device'],
    ['tick refused', 'refused by its fence'],
    ['service served', 'served'],
    ['service unserved', 'served by nobody'],
    ['service twice', 'served twice'],
    ['load', 'load balancers that an agent holds, shards that a controller owns'],
    ['state suspect', 'suspect'],
    ['state dead', 'dead or gone'],
    ['violation-key', 'violation'],
  ];
  const keys = entries.map(([kind, text]) => `<span><i class="${kind}"></i>${text}</span>`);
  return `<div class="bar">${keys.join('')}<span class="zoom"><button data-zoom="0.5">−</button><button data-zoom="0">all</button><button data-zoom="2">+</button></span></div>`;
}

function stepMs(endMs: number): number {
  return niceSteps.find((step) => endMs / step <= axisTicks) ?? 300_000;
}

function times({ endMs }: ReportData): readonly number[] {
  const step = stepMs(endMs);
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step);
}

function axisHtml(data: ReportData): string {
  const at = (ms: number) => `left:${((100 * ms) / data.endMs).toFixed(3)}%`;
  const marks = times(data).map((ms) => `<span style="${at(ms)}">${ms / 1_000} s</span>`);
  if (data.healedMs !== null) {
    marks.push(`<span class="healed" style="${at(data.healedMs)}">healed</span>`);
  }
  for (const { atMs } of data.violations.slice(0, 1)) {
    // At the right edge, its word would be cut off.
    const late = atMs > 0.95 * data.endMs ? ' late' : '';
    marks.push(`<span class="violation${late}" style="${at(atMs)}">violation</span>`);
  }
  return `<div class="axis"><b></b><div class="lane">${marks.join('')}</div></div>`;
}

function overHtml(data: ReportData): string {
  const line = (ms: number, kind: string, tip = '') =>
    `<u class="${kind}" style="left:${((100 * ms) / data.endMs).toFixed(3)}%"${tip === '' ? '' : ` data-tip="${escapeHtml(tip)}"`}></u>`;
  return `<div class="over">${[
    ...times(data).map((ms) => line(ms, '')),
    ...(data.healedMs === null ? [] : [line(data.healedMs, 'healed')]),
    ...data.violations.map(({ atMs, checker, message }) =>
      line(atMs, 'violation', `${checker}: ${message}\nat ${seconds(atMs)}`),
    ),
  ].join('')}</div>`;
}
