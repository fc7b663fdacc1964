import { useLayoutEffect, useRef } from 'react';
import type { Fleet } from '../../model/fleet.ts';
import { monotonicMs } from '../clock.ts';

/** Where more move at once, one looks at the amounts: nobody follows a swarm. */
const flightsMax = 60;
const flightMs = 700;

interface Flight {
  readonly id: string;
  readonly tone: string;
  readonly from: DOMRect;
}

/** Shows each load balancer that has another holder than before on its way from the one to the other. */
export function useFlights(fleet: Fleet, scroller: React.RefObject<HTMLElement | null>): void {
  const before = useRef(fleet);
  const flights = useRef<Flight[]>([]);
  const moves = useRef<Moves>({ untilMs: 0, count: 0 });
  // Still before the new picture is on the screen: the old places can be measured only now.
  if (before.current !== fleet) {
    flights.current = flightsBetween(before.current, fleet, scroller.current, moves.current);
    before.current = fleet;
  }
  useLayoutEffect(() => {
    const waiting = flights.current;
    flights.current = [];
    // All are measured before anything is changed: else each would have the browser lay out all anew.
    for (const landing of waiting.flatMap((flight) => landingOf(flight, scroller.current))) {
      fly(landing);
    }
  });
}

function cellIn(root: HTMLElement | null, id: string): HTMLElement | null {
  return root?.querySelector<HTMLElement>(`[data-lb="${CSS.escape(id)}"]`) ?? null;
}

/** How many have moved lately, whether they were shown or not. */
interface Moves {
  untilMs: number;
  count: number;
}

function flightsBetween(
  before: Fleet,
  after: Fleet,
  root: HTMLElement | null,
  moves: Moves,
): Flight[] {
  const moved: string[] = [];
  for (const [id, cell] of after.all) {
    const known = before.all.get(id);
    if (known?.binding == null || cell.binding === null) continue;
    if (known.binding.agent !== cell.binding.agent) moved.push(id);
  }
  if (moved.length === 0) return [];
  const nowMs = monotonicMs();
  // While a swarm moves on and on, none of it is shown: not some of it now and then, whichever comes first.
  if (nowMs > moves.untilMs) moves.count = 0;
  moves.untilMs = nowMs + flightMs;
  moves.count += moved.length;
  if (moves.count > flightsMax) return [];
  return moved.flatMap((id) => {
    const element = cellIn(root, id);
    if (element === null || !isSeen(element, root)) return [];
    const tone = after.all.get(id)?.tone ?? 'moving';
    return [{ id, tone, from: element.getBoundingClientRect() }];
  });
}

/** Nobody sees what flies from, or to, a place that is scrolled away. */
function isSeen(cell: HTMLElement, root: HTMLElement | null): boolean {
  const box = root?.getBoundingClientRect();
  const { top, bottom } = cell.getBoundingClientRect();
  return box !== undefined && bottom > box.top && top < box.bottom;
}

interface Landing extends Flight {
  readonly target: HTMLElement;
  readonly to: DOMRect;
}

function landingOf(flight: Flight, root: HTMLElement | null): Landing[] {
  const target = cellIn(root, flight.id);
  if (target === null || !isSeen(target, root)) return [];
  return [{ ...flight, target, to: target.getBoundingClientRect() }];
}

function fly({ tone, from, target, to }: Landing): void {
  target.animate([{ outlineColor: 'var(--tone-moving)' }, { outlineColor: 'transparent' }], {
    duration: flightMs * 3,
    easing: 'ease-in',
  });
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const ghost = target.cloneNode(true) as HTMLElement;
  ghost.className = 'cell ghost';
  if (target.closest('.named') !== null) ghost.classList.add('named');
  ghost.dataset['tone'] = tone;
  ghost.removeAttribute('data-lb');
  ghost.setAttribute('aria-hidden', 'true');
  ghost.tabIndex = -1;
  ghost.style.left = `${from.left}px`;
  ghost.style.top = `${from.top}px`;
  ghost.style.width = `${to.width}px`;
  ghost.style.height = `${to.height}px`;
  document.body.append(ghost);
  const [x, y] = [to.left - from.left, to.top - from.top];
  const lift = Math.min(60, Math.hypot(x, y) / 6);
  const flight = ghost.animate(
    [
      { transform: 'none' },
      { transform: `translate(${x / 2}px, ${y / 2 - lift}px) scale(1.12)`, offset: 0.5 },
      { transform: `translate(${x}px, ${y}px)` },
    ],
    { duration: flightMs, easing: 'cubic-bezier(.45,.05,.25,1)' },
  );
  target.animate([{ opacity: 0 }, { opacity: 0, offset: 0.95 }, { opacity: 1 }], flightMs);
  flight.addEventListener('finish', () => ghost.remove());
  flight.addEventListener('cancel', () => ghost.remove());
}
