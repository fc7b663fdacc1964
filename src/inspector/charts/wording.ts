import type { TransitionDescription } from './types.ts';

/** An event as a person reads it; what XState makes up itself gets words. */
export function eventLabel({ event, delay }: TransitionDescription): string {
  if (delay !== null) return `after ${typeof delay === 'number' ? durationLabel(delay) : delay}`;
  if (event === '') return 'at once';
  if (event === '*') return 'any other event';
  const ofChild = /^xstate\.(done|error)\.(?:actor|state)\.(.+)$/.exec(event);
  if (ofChild !== null) return `${String(ofChild[2])} ${ofChild[1] === 'done' ? 'done' : 'failed'}`;
  return event;
}

function durationLabel(ms: number): string {
  return ms >= 1_000 && ms % 100 === 0 ? `${ms / 1_000} s` : `${ms} ms`;
}

/** One transition in a line: `place [hasCandidate] / bind, release`. */
export function transitionLabel(transition: TransitionDescription): string {
  const guard = transition.guard === null ? '' : ` [${transition.guard}]`;
  const actions = transition.actions.length === 0 ? '' : ` / ${transition.actions.join(', ')}`;
  return `${eventLabel(transition)}${guard}${actions}`;
}
