import { memo } from 'react';
import type { LoadBalancerCell } from '../../model/fleet.ts';
import { select } from '../state/route.ts';

interface CellsProps {
  readonly cells: readonly LoadBalancerCell[];
  readonly isNamed: boolean;
  readonly chosen: string | null;
}

/** Load balancers side by side; with the keyboard one enters once, and goes on with the arrows. */
export function Cells({ cells, isNamed, chosen }: CellsProps) {
  const entry = chosen ?? cells[0]?.id;
  return (
    <div
      className={isNamed ? 'cells named' : 'cells'}
      role="group"
      aria-label="Load balancers"
      onKeyDown={walk}
      onPointerOver={(event) => entitle(event.target, cells)}
    >
      {cells.map((cell) => (
        <Cell
          key={cell.id}
          cell={cell}
          isNamed={isNamed}
          isChosen={cell.id === chosen}
          isEntry={cell.id === entry}
        />
      ))}
    </div>
  );
}

interface CellProps {
  readonly cell: LoadBalancerCell;
  readonly isNamed: boolean;
  readonly isChosen: boolean;
  readonly isEntry: boolean;
}

/** Of thousands, only those are drawn again that are others than before. */
const Cell = memo(({ cell, isNamed, isChosen, isEntry }: CellProps) => (
  <button
    type="button"
    className="cell"
    data-lb={cell.id}
    data-tone={cell.tone}
    data-overdue={cell.isOverdue || undefined}
    aria-pressed={isChosen}
    aria-label={`${cell.name}: ${cell.state}`}
    tabIndex={isEntry ? 0 : -1}
    onClick={() => select({ kind: 'load-balancer', id: cell.id, node: null })}
  >
    {isNamed && (
      <>
        <i className="mark" data-tone={cell.tone} aria-hidden />
        <span className="cut">{cell.name}</span>
      </>
    )}
  </button>
));

/** What a cell says to whoever points at it is written only then. */
function entitle(target: EventTarget, cells: readonly LoadBalancerCell[]): void {
  const element = target instanceof Element ? target.closest<HTMLElement>('.cell') : null;
  const cell = cells.find(({ id }) => id === element?.dataset['lb']);
  if (element === null || cell === undefined) return;
  const { name, state, reason } = cell;
  element.title = [name, state, ...(reason === null ? [] : [reason])].join('\n');
}

function walk(event: React.KeyboardEvent): void {
  const from = event.target as HTMLElement;
  const forth = event.key === 'ArrowRight' || event.key === 'ArrowDown';
  if (!forth && event.key !== 'ArrowLeft' && event.key !== 'ArrowUp') return;
  const next = forth ? from.nextElementSibling : from.previousElementSibling;
  event.preventDefault();
  (next as HTMLElement | null)?.focus();
}
