import { rates } from '../state/store.ts';
import { useNow, useStore } from '../state/use-store.ts';
import { formatCount, formatMoment, formatSpan, plural } from './format.ts';
import { Overview } from './overview.tsx';

/** Where in the history one is, and the ways through it. */
export function Transport() {
  const { store } = useStore();
  const { history } = store;
  const from = history.timeAt(history.first);
  const to = history.timeAt(history.last);
  const goToMs = (atMs: number) => store.goTo(history.placeAt(atMs));
  return (
    <footer className="transport" aria-label="Time">
      <Ways />
      <Now />
      <Overview
        from={from}
        to={to}
        height={40}
        isOff={!store.hasMoments}
        onPick={goToMs}
        label="The history: choose a moment"
      />
      <End />
    </footer>
  );
}

function Ways() {
  const { store } = useStore();
  const { isPlaying, isLive } = store;
  const isOff = !store.hasMoments;
  return (
    <div className="transport-keys">
      <button
        type="button"
        className="quiet"
        disabled={isOff}
        onClick={() => store.step(-1)}
        title="A step back (←)"
        aria-label="A step back"
      >
        <Icon path="M15 5 8 12l7 7M6 5v14" />
      </button>
      <button
        type="button"
        className="play"
        disabled={isOff}
        onClick={() => store.togglePlay()}
        title="Pause or play (Space)"
        aria-label={isPlaying || isLive ? 'Pause' : 'Play'}
      >
        <Icon
          path={isPlaying || isLive ? 'M8 5v14M16 5v14' : 'M8 5l11 7-11 7z'}
          isFilled={!isPlaying && !isLive}
        />
      </button>
      <button
        type="button"
        className="quiet"
        disabled={isOff}
        onClick={() => store.step(1)}
        title="A step forth (→)"
        aria-label="A step forth"
      >
        <Icon path="M9 5l7 7-7 7M18 5v14" />
      </button>
    </div>
  );
}

function End() {
  const { store } = useStore();
  const { history, isLive, recording } = store;
  const isOff = history.last < 0;
  const spanMs = history.timeAt(history.last) - history.timeAt(history.first);
  return (
    <div className="transport-end">
      {recording !== null || !isLive ? (
        <select
          aria-label="Speed"
          value={store.rate}
          onChange={({ target }) => store.setRate(Number(target.value))}
        >
          {rates.map((rate) => (
            <option key={rate} value={rate}>
              {rate}×
            </option>
          ))}
        </select>
      ) : null}
      {recording === null && (
        <button
          type="button"
          className="live-button"
          aria-pressed={isLive}
          disabled={isOff}
          onClick={() => store.follow()}
          title="To what comes now (L)"
        >
          Live
        </button>
      )}
      <small title={`${plural(history.framesKept, 'frame')} kept`}>
        {isOff ? '' : formatSpan(spanMs)}
        <br />
        {history.isCut ? 'oldest forgotten' : `${formatCount(history.framesKept)} frames`}
      </small>
    </div>
  );
}

function Now() {
  const { store } = useStore();
  const nowMs = useNow(store, 100);
  const { zeroMs } = store;
  const behind = store.history.newest.atMs - nowMs;
  const isBehind = store.place !== null && store.recording === null;
  return (
    <div className="now">
      <time>{store.history.last < 0 ? '–' : formatMoment(nowMs, zeroMs)}</time>
      <small>
        {isBehind ? `${formatSpan(behind)} ago` : zeroMs === null ? 'wall time' : 'virtual time'}
      </small>
    </div>
  );
}

function Icon({ path, isFilled = false }: { readonly path: string; readonly isFilled?: boolean }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="18"
      height="18"
      aria-hidden
      className={isFilled ? 'icon filled' : 'icon'}
    >
      <path d={path} />
    </svg>
  );
}
