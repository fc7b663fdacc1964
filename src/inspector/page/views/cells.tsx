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
    >
      {cells.map((cell) => (
        <button
          key={cell.id}
          type="button"
          className="cell"
          data-lb={cell.id}
          data-tone={cell.tone}
          data-overdue={cell.isOverdue || undefined}
          aria-pressed={cell.id === chosen}
          aria-label={`${cell.name}: ${cell.state}`}
          title={`${cell.name}\n${cell.state}${cell.reason === null ? '' : `\n${cell.reason}`}`}
          tabIndex={cell.id === entry ? 0 : -1}
          onClick={() => select({ kind: 'load-balancer', id: cell.id, node: null })}
        >
          {isNamed && (
            <>
              <i className="mark" data-tone={cell.tone} aria-hidden />
              <span className="cut">{cell.name}</span>
            </>
          )}
        </button>
      ))}
    </div>
  );
}

function walk(event: React.KeyboardEvent): void {
  const from = event.target as HTMLElement;
  const forth = event.key === 'ArrowRight' || event.key === 'ArrowDown';
  if (!forth && event.key !== 'ArrowLeft' && event.key !== 'ArrowUp') return;
  const next = forth ? from.nextElementSibling : from.previousElementSibling;
  event.preventDefault();
  (next as HTMLElement | null)?.focus();
}
