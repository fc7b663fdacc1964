import { RandomStream } from '../world/random-streams.ts';
import type { Fault, FaultFrame, FaultProblem, Targets } from './fault.ts';
import { choice } from './problems.ts';

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
export function takesLink({ target }: Fault): (sender: string, receiver: string) => boolean {
  const link = parseLink(target);
  if (link === null) throw new Error(`'${target}' names no link`);
  const { from, to } = link;
  return (sender, receiver) => (from ?? sender) === sender && (to ?? receiver) === receiver;
}

/** For faults that people write. */
export function targetsLink(
  { target }: Fault,
  { agents, controllers }: Targets,
): FaultProblem | null {
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
export function drawLink(atMs: number, { agents, controllers }: FaultFrame): string {
  const stream = new RandomStream(Math.round(atMs * 1_000), 'link');
  if (!stream.chance(directedShare)) return '';
  const [one = '', other = ''] = stream.shuffled([stream.pick(agents), stream.pick(controllers)]);
  return stream.pick([`${one} > ${other}`, `${one} >`, `> ${one}`]);
}
