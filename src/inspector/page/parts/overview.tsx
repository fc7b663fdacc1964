import { useMemo, useRef } from 'react';
import { densityOf, layers } from '../../model/density.ts';
import type { Store } from '../state/store.ts';
import { useStore } from '../state/use-store.ts';
import { formatMoment } from './format.ts';

const columns = 240;

interface OverviewProps {
  readonly from: number;
  readonly to: number;
  readonly height: number;
  readonly label: string;
  readonly isOff?: boolean;
  readonly onPick: (atMs: number) => void;
}

/** How much happened when, with what stands out; a click or a drag goes there. */
export function Overview({ from, to, height, label, isOff = false, onPick }: OverviewProps) {
  const { store } = useStore();
  const track = useRef<HTMLDivElement>(null);
  // Of what is live, the end is never the same twice: it is drawn again once a second only.
  const grows = store.isLive && to === store.history.timeAt(store.history.last);
  const beat = grows
    ? `${Math.floor(store.nowMs / 1_000)}`
    : `${store.history.lastEntry} ${from} ${to}`;
  const density = useMemo(
    () => densityOf(store.history.entries(), { from, to, columns }),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the beat stands for the store's changes
    [store.history, beat],
  );
  const span = Math.max(1, to - from);
  const at = (ms: number) => Math.min(100, Math.max(0, ((ms - from) / span) * 100));
  const pick = (event: React.PointerEvent) => {
    const box = isOff ? undefined : track.current?.getBoundingClientRect();
    if (box !== undefined) onPick(from + ((event.clientX - box.left) / box.width) * span);
  };
  return (
    <div
      ref={track}
      className="overview"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-disabled={isOff}
      aria-valuemin={from}
      aria-valuemax={to}
      aria-valuenow={store.nowMs}
      aria-valuetext={formatMoment(store.nowMs, store.zeroMs)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        pick(event);
      }}
      onPointerMove={(event) => event.buttons === 1 && pick(event)}
    >
      <svg viewBox={`0 0 ${columns} ${height}`} preserveAspectRatio="none" aria-hidden>
        {layers.map((layer) => (
          <path key={layer} data-layer={layer} d={barsPath(density[layer], height)} />
        ))}
      </svg>
      <Marks store={store} at={at} from={from} to={to} />
      <i className="playhead" style={{ left: `${at(store.nowMs)}%` }} />
    </div>
  );
}

interface MarksProps {
  readonly store: Store;
  readonly at: (ms: number) => number;
  readonly from: number;
  readonly to: number;
}

function Marks({ store, at, from, to }: MarksProps) {
  return store.marks
    .filter(({ atMs }) => atMs >= from && atMs <= to)
    .map(({ number, kind, atMs, title }) => (
      <i
        key={number}
        className="overview-mark"
        data-kind={kind}
        title={title}
        style={{ left: `${at(atMs)}%` }}
      />
    ));
}

function barsPath(bars: readonly (readonly [from: number, to: number])[], height: number): string {
  return bars
    .map(([low, high], index) =>
      high > low ? `M${index} ${height - low * height}h.8V${height - high * height}h-.8z` : '',
    )
    .join('');
}
