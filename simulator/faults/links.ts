import { RandomStream } from '../world/random-streams.ts';
import type { Fate } from '../world/disturbance.ts';
import type { World } from '../world/world.ts';
import { disturbing } from './disturbing.ts';
import {
  type Fault,
  type FaultFrame,
  type FaultKind,
  type FaultProblem,
  networkRow,
  span,
  type Targets,
} from './fault.ts';
import { type Check, choice, firstOf } from './problems.ts';

/** In what share of all cases it is one link, or one end of links, and not all of them. */
const directedShare = 0.5;

/** Ends of the links that messages take; null: anybody. */
interface Link {
  readonly from: string | null;
  readonly to: string | null;
}

/** `a > b` is the link from a to b, `a >` all that a sends, `> b` all that is sent to b, and nothing means all links. */
function parseLink(target: string): Link | null {
  if (target === '') return { from: null, to: null };
  const [from = '', to = '', ...more] = target.split('>').map((end) => end.trim());
  if (more.length > 0 || !target.includes('>') || from + to === '') return null;
  return { from: from === '' ? null : from, to: to === '' ? null : to };
}

/** Does a message of this sender to this receiver take one of the fault's links? */
function takesLink({ target }: Fault): (sender: string, receiver: string) => boolean {
  const link = parseLink(target);
  if (link === null) throw new Error(`'${target}' names no link`);
  const { from, to } = link;
  return (sender, receiver) => (from ?? sender) === sender && (to ?? receiver) === receiver;
}

/** For faults that people write. */
function targetsLink({ target }: Fault, { agents, controllers }: Targets): FaultProblem | null {
  const processes = [...controllers, ...agents];
  const link = parseLink(target);
  const isKnown = (end: string | null) => end === null || processes.includes(end);
  if (link !== null && isKnown(link.from) && isKnown(link.to)) return null;
  const message = `'${target}' must be nothing, or a link such as 'controller-1 > agent-1', 'agent-1 >' or '> agent-1', of ${choice(processes)}`;
  return { key: 'target', message };
}

/**
 * Drawn by the moment of the fault, from a stream of its own: so the faults that follow are drawn as if all had befallen
 * all links.
 */
function drawLink(atMs: number, { agents, controllers }: FaultFrame): string {
  const stream = new RandomStream(Math.round(atMs * 1_000), 'link');
  if (!stream.chance(directedShare)) return '';
  const [one = '', other = ''] = stream.shuffled([stream.pick(agents), stream.pick(controllers)]);
  return stream.pick([`${one} > ${other}`, `${one} >`, `> ${one}`]);
}

/** A kind of fault that befalls single messages, of all links or of some. */
interface OnLinks extends Pick<FaultKind, 'name' | 'summary'> {
  /** How long it lasts, from and to, in milliseconds. */
  readonly lastsMs: readonly [number, number];
  /** How bad it may be. */
  readonly variants: readonly number[];
  readonly problem: Check;
  /** What befalls the next message, drawn anew for each. */
  fate(world: World, variant: number): () => Fate | null;
}

export function onLinks({ name, summary, lastsMs, variants, problem, fate }: OnLinks): FaultKind {
  return {
    name,
    summary,
    draw(stream, frame) {
      const lasts = span(stream, frame, lastsMs);
      const variant = String(stream.pick(variants));
      return { kind: name, ...lasts, target: drawLink(lasts.atMs, frame), variant };
    },
    problem: firstOf(targetsLink, problem),
    ...disturbing((world, fault) => {
      const takes = takesLink(fault);
      const next = fate(world, Number(fault.variant));
      return { fate: (from, to) => (takes(from, to) ? next() : null) };
    }),
    row: () => networkRow,
  };
}
