import type { Seat } from '../machines/protocol/seat.ts';
import type { Observer, WorldEvent } from './world/events.ts';

/** One line of the text log. */
export interface Line {
  readonly atMs: number;
  readonly who: string;
  readonly what: string;
  /** The load balancer's id; empty where the line is about none. */
  readonly loadBalancer: string;
  readonly epoch: number | null;
  readonly generation: number | null;
  readonly detail: string;
}

/** How many lines are kept for those who ask what led to something. */
const linesKept = 2_000;

/** The story of a run in lines, as a person reads it. */
export class Chronicle {
  /** Put into words only for those who ask, because most runs go well. */
  readonly #events: { readonly atMs: number; readonly event: WorldEvent }[] = [];
  readonly #tell: ((line: Line) => void) | null;

  constructor(tell: ((line: Line) => void) | null = null) {
    this.#tell = tell;
  }

  readonly observer: Observer = (event, atMs) => {
    if (!isTold(event)) return;
    this.#events.push({ atMs, event });
    if (this.#events.length > 2 * linesKept) this.#events.splice(0, linesKept);
    if (this.#tell === null) return;
    for (const line of linesOf(atMs, event)) this.#tell(line);
  };

  /** The newest lines, oldest first: about one load balancer and what befalls everybody, or all. */
  leadingTo(loadBalancer: string, count: number): readonly Line[] {
    const lines = this.#events.flatMap(({ atMs, event }) => linesOf(atMs, event));
    const about = lines.filter(
      (line) =>
        loadBalancer === '' || line.loadBalancer === '' || line.loadBalancer === loadBalancer,
    );
    return about.slice(-count);
  }
}

const untold: ReadonlySet<WorldEvent['type']> = new Set([
  'started',
  'stored',
  'learnt',
  'written',
  'sent',
  'commanded',
  'asked',
  'wire',
]);

/** Is the event part of the story, or does it only follow from it? */
function isTold(event: WorldEvent): boolean {
  if (event.type === 'logged') return event.level === 'warn' || event.level === 'error';
  return !untold.has(event.type);
}

function linesOf(atMs: number, event: WorldEvent): readonly Line[] {
  const line = lineOf(event);
  return line === null ? [] : [{ atMs, ...line }];
}

const empty = { loadBalancer: '', epoch: null, generation: null, detail: '' };

function lineOf(event: WorldEvent): Omit<Line, 'atMs'> | null {
  switch (event.type) {
    case 'device': {
      const { agent, kind, lb, epoch, generation } = event.entry;
      return { ...empty, who: agent, what: `device ${kind}`, loadBalancer: lb, epoch, generation };
    }
    case 'served': {
      const { agent, place, loadBalancer, cause } = event;
      const words = agent === null ? 'by nobody' : `as ${agent} configured it`;
      return { ...empty, who: place, what: 'served', loadBalancer, detail: `${words} (${cause})` };
    }
    case 'writing': {
      const { agent, place, loadBalancer, epoch } = event;
      return { ...empty, who: agent, what: 'begins to write', loadBalancer, epoch, detail: place };
    }
    case 'forgot':
      return { ...empty, who: event.place, what: 'forgot', loadBalancer: event.loadBalancer };
    case 'damaged': {
      const { place, loadBalancer, how } = event;
      return { ...empty, who: place, what: 'marker damaged', loadBalancer, detail: how };
    }
    case 'mended': {
      const { place, loadBalancer, marker } = event;
      const { removed, ...numbers } = marker;
      const detail = removed ? 'as removed' : '';
      return { ...empty, who: place, what: 'marker mended', loadBalancer, ...numbers, detail };
    }
    case 'journal-damaged':
      return { ...empty, who: event.agent, what: 'journal damaged', detail: event.how };
    case 'stalled':
      return { ...empty, who: event.agent, what: 'stands still', detail: event.moment };
    case 'lost': {
      const { bucket, key, changes, now } = event;
      const revisions = changes.map(({ revision }) => revision).join(', ');
      const detail = `${bucket}: revision ${revisions}; ${now?.revision ?? 'nothing'} is back`;
      return { ...empty, who: 'store', what: 'lost', loadBalancer: key, detail };
    }
    case 'transition': {
      const { kind, id, from, to, event: cause, binding, reason } = event.transition;
      const detail = `${from || 'new'} by ${cause}${seatWords(binding)}${words(reason)}`;
      if (kind === 'agent') return { ...empty, who: id, what: to, detail: `was ${detail}` };
      const epoch = binding?.epoch ?? null;
      return { ...empty, who: 'actor', what: to, loadBalancer: id, epoch, detail: `was ${detail}` };
    }
    case 'fault': {
      const { kind, phase, target, detail } = event;
      return { ...empty, who: target || 'world', what: `${kind} ${phase}`, detail };
    }
    case 'client': {
      const { request, loadBalancer, outcome, detail } = event;
      return { ...empty, who: 'client', what: `${request} ${outcome}`, loadBalancer, detail };
    }
    case 'logged': {
      return { ...empty, who: event.process, what: event.level, detail: event.message };
    }
    case 'started':
    case 'stored':
    case 'learnt':
    case 'written':
    case 'sent':
    case 'commanded':
    case 'asked':
    case 'wire':
      return null;
  }
}

const seatWords = (seat: Seat | null): string =>
  seat === null ? '' : `, ${seat.agent}/${seat.incarnation}`;
const words = (reason: string | null): string => (reason === null ? '' : `: ${reason}`);

/** A line in fixed columns: time, who, what, load balancer, epoch, generation, and the rest. */
export function formatLine(line: Line): string {
  const { atMs, who, what, loadBalancer, epoch, generation, detail } = line;
  return [
    `${(atMs / 1_000).toFixed(3)} s`.padStart(11),
    who.padEnd(12),
    what.padEnd(23),
    loadBalancer.slice(0, 8).padEnd(8),
    (epoch === null ? '' : `e${epoch}`).padEnd(4),
    (generation === null ? '' : `g${generation}`).padEnd(4),
    detail,
  ]
    .join(' ')
    .trimEnd();
}
