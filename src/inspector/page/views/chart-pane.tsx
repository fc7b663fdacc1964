import { memo, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { StepShown } from '../../../../machines/protocol/inspection.ts';
import { activePaths, takenBy } from '../../model/lit.ts';
import { toneOf } from '../../model/tone.ts';
import type { InspectedActor } from '../../model/world.ts';
import { Empty, StateChip } from '../parts/small.tsx';
import type { Chart } from '../state/charts.ts';

interface ChartPaneProps {
  readonly chart: Chart | null | undefined;
  readonly actor: InspectedActor;
  readonly step: StepShown | null;
}

/** The machine of an actor: its active states are lit, and the way that it took last. */
export function ChartPane({ chart, actor, step }: ChartPaneProps) {
  const holder = useRef<HTMLDivElement>(null);
  const { zoom, setZoom, fit } = useZoom(holder, chart);
  useLayoutEffect(() => light(holder.current, chart ?? null, actor, step));
  useLayoutEffect(() => centre(holder.current), [actor.state, actor.id, chart, zoom]);
  if (chart === undefined) return <div className="chart-pane" aria-busy />;
  if (chart === null) {
    return (
      <div className="chart-pane">
        <Empty title="No chart of this machine was built">
          It is in <StateChip tone={toneOf(actor)}>{actor.state}</StateChip>
          {step !== null && ` since ${step.event.type}`}.
        </Empty>
      </div>
    );
  }
  return (
    <div className="chart-pane">
      <div className="chart-keys" role="group" aria-label="Zoom">
        <button
          type="button"
          className="quiet"
          onClick={() => setZoom(zoom / 1.25)}
          aria-label="Zoom out"
          title="Zoom out (−)"
        >
          −
        </button>
        <button type="button" className="quiet" onClick={fit} title="Fit (0)">
          {Math.round(zoom * 100)} %
        </button>
        <button
          type="button"
          className="quiet"
          onClick={() => setZoom(zoom * 1.25)}
          aria-label="Zoom in"
          title="Zoom in (+)"
        >
          +
        </button>
      </div>
      {step !== null && (
        <p className="chart-step" aria-live="polite">
          <b>{step.event.type}</b>{' '}
          {step.from === step.to
            ? `in ${step.to}`
            : `${step.from === '' ? 'began' : step.from} → ${step.to}`}
          <Guards chart={chart} step={step} />
        </p>
      )}
      <div className="chart-scroll" ref={holder} tabIndex={0} aria-label="Statechart">
        <Drawing svg={chart.svg} />
      </div>
    </div>
  );
}

function Guards({ chart, step }: { readonly chart: Chart; readonly step: StepShown }) {
  const taken = takenBy(step, chart.transitions);
  const words = taken.map(({ guard, actions }) =>
    [guard === null ? '' : `[${guard}]`, actions.length === 0 ? '' : `/ ${actions.join(', ')}`]
      .join(' ')
      .trim(),
  );
  return <small className="cut">{words.filter((each) => each !== '').join('  or  ')}</small>;
}

/** Drawn once: all that changes is lit by classes. The text is Holdfast's own, and escaped where it was drawn. */
const Drawing = memo(({ svg }: { readonly svg: string }) => (
  <div className="chart-drawing" dangerouslySetInnerHTML={{ __html: svg }} />
));

function light(
  root: HTMLElement | null,
  chart: Chart | null,
  actor: InspectedActor,
  step: StepShown | null,
): void {
  if (root === null || chart === null) return;
  const active = new Set(activePaths(actor.state));
  for (const element of root.querySelectorAll<SVGElement>('[data-state]')) {
    const path = element.dataset['state'] ?? '';
    element.classList.toggle('is-active', path !== '' && active.has(path));
    element.dataset['tone'] = active.has(path) ? toneOf(actor) : '';
  }
  const taken = step === null ? [] : takenBy(step, chart.transitions);
  const isTaken = ({ source = '?', target = '?' }: DOMStringMap) =>
    taken.some(
      (each) =>
        each.source === source &&
        (each.targets.includes(target) || (each.targets.length === 0 && target === source)),
    );
  for (const element of root.querySelectorAll<SVGElement>('[data-source]')) {
    const lit = isTaken(element.dataset);
    element.classList.toggle('is-taken', lit && element.classList.contains('edge'));
    for (const event of element.querySelectorAll<SVGElement>('[data-event]')) {
      const isIt = taken.some((each) => each.event === event.dataset['event']);
      event.classList.toggle('is-taken', lit && isIt);
    }
  }
}

/** Brings the innermost active state to the middle, where not all of the chart is seen. */
function centre(box: HTMLElement | null): void {
  const active = [...(box?.querySelectorAll('.is-active > .box') ?? [])].at(-1);
  if (box === null || active === undefined) return;
  const [outer, inner] = [box.getBoundingClientRect(), active.getBoundingClientRect()];
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  box.scrollBy({
    left: inner.left + inner.width / 2 - outer.left - outer.width / 2,
    top: inner.top + inner.height / 2 - outer.top - outer.height / 2,
    behavior: isCalm ? 'instant' : 'smooth',
  });
}

/** What would not be `legible`, were all of it shown, is looked at in parts, `readable`, around what is active. */
const zooms = { least: 0.2, legible: 0.65, readable: 0.8, most: 3 } as const;

function useZoom(holder: React.RefObject<HTMLDivElement | null>, chart: Chart | null | undefined) {
  const [zoom, setAny] = useState(1);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const setZoom = (wanted: number) => setAny(Math.min(zooms.most, Math.max(zooms.least, wanted)));
  const fitting = () => {
    const box = holder.current;
    if (box === null || size.width === 0) return 1;
    const [across, down] = [box.clientWidth - 24, box.clientHeight - 24];
    return Math.min(across / size.width, down / size.height, 1.4);
  };
  const fit = () => setZoom(fitting());
  useLayoutEffect(() => {
    const svg = holder.current?.querySelector('svg');
    if (svg === null || svg === undefined) return;
    const { width, height } = svg.viewBox.baseVal;
    setSize({ width, height });
  }, [holder, chart]);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- it fits what is new, and leaves what was zoomed
  useLayoutEffect(() => setZoom(fitting() < zooms.legible ? zooms.readable : fitting()), [size]);
  useLayoutEffect(() => {
    const svg = holder.current?.querySelector('svg');
    if (svg === null || svg === undefined || size.width === 0) return;
    svg.setAttribute('width', String(size.width * zoom));
    svg.setAttribute('height', String(size.height * zoom));
  }, [holder, zoom, size]);
  const newest = useRef({ zoom, setZoom, fit });
  useEffect(() => {
    newest.current = { zoom, setZoom, fit };
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (
        event.target instanceof Element &&
        event.target.closest('input, textarea, select, dialog')
      )
        return;
      const { zoom: at, setZoom: set, fit: toFit } = newest.current;
      if (event.key === '+' || event.key === '=') set(at * 1.25);
      else if (event.key === '-') set(at / 1.25);
      else if (event.key === '0') toFit();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return { zoom, setZoom, fit };
}
