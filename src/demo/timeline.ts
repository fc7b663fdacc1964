import { expectedFailover } from '../../machines/timings/expected-failover.ts';
import type { Timings } from '../../machines/timings/timings.ts';
import type { Transition } from '../client/api-client.ts';
import { firstGoodAnswer, type Story, transitionsAfter } from './story.ts';

const column = 12;

/** One line of what happened: milliseconds since the kill, who, and what. */
export function stepLine(atMs: number | null, who: string, what: string): string {
  const at = atMs === null ? '' : `${atMs >= 0 ? '+' : ''}${Math.round(atMs)} ms`;
  return `${at.padStart(column)}  ${who.padEnd(14)} ${what}`;
}

export function transitionLine(transition: Transition, sinceMs: number | null): string {
  const { kind, id, from, to, binding, reason, at } = transition;
  const who = kind === 'agent' ? id : 'load balancer';
  const by =
    kind === 'load-balancer' && binding !== null && (to === 'rebinding' || to.startsWith('bound'))
      ? ` (${binding.agent}, epoch ${binding.epoch})`
      : '';
  const why = reason === null ? '' : `: ${reason}`;
  const step = from === '' ? to : `${from} → ${to}`;
  return stepLine(sinceMs === null ? null : at.getTime() - sinceMs, who, `${step}${by}${why}`);
}

/** The timeline of the failover, measured from the kill. */
export function timeline(story: Story): readonly string[] {
  const { killedAt, before } = story;
  const events = transitionsAfter(story).map((transition) => ({
    at: transition.at.getTime(),
    line: transitionLine(transition, killedAt),
  }));
  const failed = story.answers.filter(({ ok }) => !ok);
  const [firstFailed] = failed.toSorted((a, b) => a.endedAt - b.endedAt);
  if (firstFailed !== undefined) {
    const what = `the first request fails (${firstFailed.detail})`;
    events.push({
      at: firstFailed.endedAt,
      line: stepLine(firstFailed.endedAt - killedAt, 'client', what),
    });
  }
  const good = firstGoodAnswer(story);
  if (good !== null) {
    const what = `the first good answer after the kill, from ${good.detail}`;
    events.push({ at: good.endedAt, line: stepLine(good.endedAt - killedAt, 'client', what) });
  }
  return [
    stepLine(0, before.agent, 'killed, and its HAProxy with it (SIGKILL)'),
    ...events.toSorted((a, b) => a.at - b.at).map(({ line }) => line),
  ];
}

/** What the timings promise for each kind of evidence: an expectation, not a measurement. */
export function expectation(timings: Timings, isLeased: boolean): readonly string[] {
  const line = (totalMs: number, evidence: string, sum: string) =>
    `${`≤ ${totalMs} ms`.padStart(column)}  ${evidence.padEnd(18)} ${sum}`;
  if (isLeased) {
    const { lapseMs } = timings;
    return [line(lapseMs, 'lapsed lease', `lapseMs ${lapseMs}, since its last heartbeat`)];
  }
  return expectedFailover(timings).map(({ evidence, totalMs, sum }) => {
    return line(totalMs, evidence, sum);
  });
}
