import type { ActorKindName, ActorFrame } from '../../../machines/protocol/inspection.ts';

/**
 * What a state means to whoever looks at it; one tone has one colour in every view.
 * `ok` is settled; `busy` applies something; `moving` goes to another holder; `waiting` wants something that it
 * does not have; `lost` has lost its holder, or is suspected; `bad` is refused, failing or dead; `gone` ends.
 */
export const tones = ['ok', 'busy', 'moving', 'waiting', 'lost', 'bad', 'gone', 'idle'] as const;
export type Tone = (typeof tones)[number];

export const toneTitles: Readonly<Record<Tone, string>> = {
  ok: 'settled',
  busy: 'applying',
  moving: 'moving',
  waiting: 'waiting',
  lost: 'lost',
  bad: 'in trouble',
  gone: 'going away',
  idle: 'idle',
};

/** By the state's path; of paths that begin alike, the longest counts. */
const byState: Readonly<Record<ActorKindName, Readonly<Record<string, Tone>>>> = {
  'load-balancer': {
    pending: 'waiting',
    rebinding: 'moving',
    bound: 'ok',
    'bound.queued': 'waiting',
    'bound.applying': 'busy',
    'bound.degraded': 'bad',
    orphaned: 'lost',
    deleting: 'gone',
    'deleting.refused': 'bad',
    deleted: 'gone',
  },
  liveness: {
    joining: 'idle',
    alive: 'ok',
    suspect: 'lost',
    restarting: 'busy',
    dead: 'bad',
    draining: 'moving',
    retired: 'gone',
  },
  agent: {
    connecting: 'waiting',
    registering: 'busy',
    serving: 'ok',
    isolated: 'lost',
    restarting: 'busy',
    draining: 'moving',
    stopped: 'gone',
  },
  device: {
    absent: 'idle',
    applying: 'busy',
    active: 'ok',
    failing: 'bad',
    removing: 'gone',
    removalFailing: 'bad',
    fenced: 'lost',
  },
};

export function toneOfState(kind: ActorKindName, state: string): Tone {
  const known = byState[kind];
  for (let path = state; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    if (Object.hasOwn(known, path)) return known[path] ?? 'idle';
  }
  return 'idle';
}

/** An actor that does not run is in trouble, whatever state it was in. */
export const toneOf = ({
  kind,
  state,
  condition,
}: Pick<ActorFrame, 'kind' | 'state' | 'condition'>): Tone =>
  condition === 'running' ? toneOfState(kind, state) : 'bad';
