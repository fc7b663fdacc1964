import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import {
  type AgentLane,
  type Fleet,
  type FleetFilter,
  type LoadBalancerCell,
  laneMatches,
  passes,
} from '../../model/fleet.ts';
import { Empty, StateChip } from '../parts/small.tsx';
import { type Selection, select } from '../state/route.ts';
import { Cells } from './cells.tsx';
import { useFlights } from './flights.ts';

/** In fleets up to this size, a load balancer has room for its name. */
const namedMax = 160;
const laneWidthMin = 300;
const gap = 10;

interface LanesProps {
  readonly fleet: Fleet;
  readonly filter: FleetFilter;
  readonly selected: Selection | null;
}

interface Shown {
  readonly lane: AgentLane;
  readonly cells: readonly LoadBalancerCell[];
}

export function Lanes({ fleet, filter, selected }: LanesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useColumns(scroller);
  const shown = useShown(fleet, filter);
  const rows = Math.ceil(shown.length / columns);
  const isNamed = fleet.all.size <= namedMax;
  useFlights(fleet, scroller);
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => 132,
    gap,
    overscan: 1,
  });
  const chosen = selected?.kind === 'load-balancer' ? selected.id : null;
  return (
    <div className="lanes" ref={scroller}>
      {shown.length === 0 && (
        <Empty title="No agent">
          {filter.text === '' ? 'None has been told of yet.' : 'Nothing passes the filter.'}
        </Empty>
      )}
      <div className="lanes-all" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => (
          <div
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            className="lanes-row"
            style={{
              transform: `translateY(${start}px)`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            }}
          >
            {shown.slice(index * columns, (index + 1) * columns).map(({ lane, cells }) => (
              <Lane
                key={lane.id}
                lane={lane}
                cells={cells}
                isNamed={isNamed}
                isSelected={selected?.kind === 'liveness' && selected.id === lane.id}
                chosen={chosen !== null && cells.some(({ id }) => id === chosen) ? chosen : null}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Lanes that pass keep their very cells, so that they are not drawn again for nothing. */
function useShown(fleet: Fleet, filter: FleetFilter): readonly Shown[] {
  return useMemo(() => {
    const isAll = filter.text === '' && filter.tones.size === 0;
    return fleet.agents
      .map((lane) => {
        if (isAll || laneMatches(lane, filter)) return { lane, cells: lane.cells };
        return { lane, cells: lane.cells.filter((cell) => passes(cell, filter)) };
      })
      .filter(({ lane, cells }) => isAll || cells.length > 0 || laneMatches(lane, filter));
  }, [fleet.agents, filter]);
}

function useColumns(scroller: React.RefObject<HTMLDivElement | null>): number {
  const [columns, setColumns] = useState(3);
  useLayoutEffect(() => {
    const width = scroller.current?.clientWidth ?? 0;
    setColumns(Math.max(1, Math.floor((width + gap) / (laneWidthMin + gap))));
  }, [scroller]);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? 0;
      setColumns(Math.max(1, Math.floor((width + gap) / (laneWidthMin + gap))));
    });
    if (scroller.current !== null) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [scroller]);
  return columns;
}

interface LaneProps {
  readonly lane: AgentLane;
  readonly cells: readonly LoadBalancerCell[];
  readonly isNamed: boolean;
  readonly isSelected: boolean;
  readonly chosen: string | null;
}

const Lane = memo(({ lane, cells, isNamed, isSelected, chosen }: LaneProps) => {
  const { id, host, zone, state, tone, reason, isCordoned, capacity, own, isSilent, standbys } =
    lane;
  const place = [host, zone].filter((part) => part !== null).join(' · ');
  return (
    <article
      className="lane"
      data-tone={tone}
      data-selected={isSelected || undefined}
      aria-label={`Agent ${id}`}
    >
      <header>
        <button
          type="button"
          className="lane-name"
          onClick={() => select({ kind: 'liveness', id, node: null })}
        >
          <strong className="cut">{id}</strong>
          <small className="cut">{place}</small>
        </button>
        {isCordoned && <span className="tag">cordoned</span>}
        {isSilent && (
          <span className="tag" data-tone="lost">
            silent
          </span>
        )}
        <StateChip tone={tone}>{state === '' ? 'not judged' : state}</StateChip>
      </header>
      <Cells cells={cells} isNamed={isNamed} chosen={chosen} />
      <footer>
        <span>
          <b>{lane.cells.length}</b>
          {capacity !== null && ` of ${capacity}`} held
        </span>
        {standbys > 0 && (
          <span>
            stands by for <b>{standbys}</b>
          </span>
        )}
        <span className="cut lane-why" title={reason ?? undefined}>
          {reason ?? (own !== null && own.tone !== 'ok' ? `says it is ${own.state}` : '')}
        </span>
      </footer>
    </article>
  );
});
