import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { Fleet, LoadBalancerCell } from '../../model/fleet.ts';
import { formatCount, formatSpan } from '../parts/format.ts';
import { Empty, StateChip } from '../parts/small.tsx';
import { type Selection, select } from '../state/route.ts';
import { useNow, useStore } from '../state/use-store.ts';
import { Explained } from './explained.tsx';

interface WantingProps {
  readonly fleet: Fleet;
  readonly selected: Selection | null;
}

/** Beside the fleet: the one that is selected, and all that want something, with their reasons. */
export function Wanting({ fleet, selected }: WantingProps) {
  return (
    <aside className="rail" aria-label="What wants attention">
      {selected?.kind === 'load-balancer' && (
        <section className="rail-selected">
          <Explained id={selected.id} isShort />
        </section>
      )}
      <section className="rail-list">
        <h2>
          Wants something <span>{formatCount(fleet.wanting.length)}</span>
        </h2>
        {fleet.wanting.length === 0 ? (
          <Empty title="All is well">Nothing waits, nothing is lost, nothing is refused.</Empty>
        ) : (
          <List wanting={fleet.wanting} chosen={selected?.id ?? null} />
        )}
      </section>
    </aside>
  );
}

function List({
  wanting,
  chosen,
}: {
  readonly wanting: readonly LoadBalancerCell[];
  readonly chosen: string | null;
}) {
  const { store } = useStore();
  const nowMs = useNow(store, 1_000);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: wanting.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 86,
    overscan: 6,
  });
  return (
    <div className="rail-scroll" ref={scroller}>
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const cell = wanting[index] as LoadBalancerCell;
          const { id, name, tone, state, reason, waitingSinceMs } = cell;
          return (
            <button
              key={key}
              type="button"
              className="want"
              aria-pressed={id === chosen}
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => select({ kind: 'load-balancer', id, node: null })}
            >
              <span className="want-head">
                <strong className="cut">{name}</strong>
                <small>{waitingSinceMs === null ? '' : formatSpan(nowMs - waitingSinceMs)}</small>
              </span>
              <StateChip tone={tone}>{state}</StateChip>
              <span className="want-why" title={reason ?? undefined}>
                {reason ?? 'gives no reason'}
              </span>
            </button>
          );
        })}
      </div>
    </div>
  );
}
