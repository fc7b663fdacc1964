import type { InspectedWorld } from '../../model/world.ts';
import { wallMs } from '../clock.ts';
import { select } from '../state/route.ts';
import { useNow, useStore } from '../state/use-store.ts';
import { formatMoment, formatSpan, plural } from './format.ts';

/** What is not as it should be, above everything else. It takes its own line, and nothing jumps. */
export function Banner({ retry }: { readonly retry: () => void }) {
  const { store } = useStore();
  const { phase, violation } = store;
  if (phase.name === 'disconnected' && store.history.last >= 0)
    return <Disconnected retry={retry} />;
  if (phase.name === 'live' && !store.hearsNats) {
    return (
      <div className="banner" data-tone="lost" role="alert">
        <strong>The gateway does not hear NATS.</strong> What is shown is as it was heard last.
      </div>
    );
  }
  if (violation === null) return null;
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
    <div className="banner" data-tone="lost" role="alert">
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
