import type { Entry } from '../../model/entries.ts';
import type { InspectedWorld } from '../../model/world.ts';
import { wallMs } from '../clock.ts';
import { select } from '../state/route.ts';
import { useNow, useStore } from '../state/use-store.ts';
import { formatMoment, formatSpan, plural } from './format.ts';

/**
 * What is not as it should be. What comes and goes lies over the view's lower end; the line of a recording that was
 * violated is there from its first moment to its last. So nothing jumps.
 */
export function Banner({ retry }: { readonly retry: () => void }) {
  const { store } = useStore();
  const { phase, violation, firstViolation } = store;
  if (phase.name === 'disconnected' && store.history.last >= 0)
    return <Disconnected retry={retry} />;
  if (phase.name === 'live' && !store.hearsNats) {
    return (
      <div className="banner passing" data-tone="lost" role="alert">
        <strong>The gateway does not hear NATS.</strong> What is shown is as it was heard last.
      </div>
    );
  }
  if (firstViolation === null) return null;
  if (violation === null) return <Ahead first={firstViolation} />;
  const { frame, title, atMs, batch } = violation;
  const id = frame?.type === 'violation' ? frame.loadBalancer : '';
  const others = store.violations - 1;
  return (
    <div className="banner" data-tone="bad" role="alert">
      <strong>Violated at {formatMoment(atMs, store.zeroMs)}</strong>
      <span className="cut" title={title}>
        {id !== '' && <b>{nameIn(store.world, id)} </b>}
        {title}
        {others > 0 && <small> and {plural(others, 'more violation')}</small>}
      </span>
      <button type="button" className="plain" onClick={() => store.goTo(batch)}>
        Go there
      </button>
      {id !== '' && (
        <button
          type="button"
          className="plain"
          onClick={() => select({ kind: 'load-balancer', id, node: null }, 'sequence')}
        >
          How it came
        </button>
      )}
    </div>
  );
}

/** Until the moment that is looked at, all has held. */
function Ahead({ first }: { readonly first: Entry }) {
  const { store } = useStore();
  return (
    <div className="banner" data-tone="idle">
      <strong>All has held so far</strong>
      <span className="cut">
        it is violated at {formatMoment(first.atMs, store.zeroMs)}: {first.title}
      </span>
      <button type="button" className="plain" onClick={() => store.goTo(first.batch)}>
        Go there
      </button>
    </div>
  );
}

function nameIn(world: InspectedWorld, id: string): string {
  for (const actor of world.actors.values()) {
    if (actor.kind === 'load-balancer' && actor.id === id) return actor.label ?? id;
  }
  return id;
}

function Disconnected({ retry }: { readonly retry: () => void }) {
  const { store } = useStore();
  useNow(store);
  if (store.phase.name !== 'disconnected') return null;
  const { sinceMs, retryAtMs, why } = store.phase;
  return (
    <div className="banner passing" data-tone="lost" role="alert">
      <strong>Disconnected since {formatMoment(sinceMs, null).slice(0, 8)}</strong>
      <span className="cut">
        ({why}). What is shown is as it was then; the next attempt is in{' '}
        {formatSpan(Math.max(0, retryAtMs - wallMs()))}.
      </span>
      <button type="button" className="plain" onClick={retry}>
        Try now
      </button>
    </div>
  );
}
