import { useRef } from 'react';
import { wallMs } from '../clock.ts';
import { useNow, useStore } from '../state/use-store.ts';
import { formatMoment, formatSpan } from './format.ts';

interface WholeProps {
  readonly retry: () => void;
  readonly onOpen: (file: File) => void;
  readonly children: React.ReactNode;
}

/** A view, or what is shown instead of one while there is nothing that it could show. */
export function Whole({ retry, onOpen, children }: WholeProps) {
  const { store } = useStore();
  const { phase, history } = store;
  if (phase.name === 'failed') {
    return (
      <Notice sign="✕" title={phase.title} onOpen={onOpen}>
        {phase.why}
      </Notice>
    );
  }
  if (phase.name === 'loading') {
    return (
      <div className="notice">
        <h1>Opening {phase.title}</h1>
        <progress value={phase.share} max={1} aria-label="How much has been read" />
      </div>
    );
  }
  if (history.last >= 0) return children;
  if (phase.name === 'disconnected') return <Unreachable retry={retry} onOpen={onOpen} />;
  if (phase.name === 'live') return <Nobody onOpen={onOpen} />;
  return (
    <div className="notice">
      <h1>Connecting to the gateway</h1>
      <progress aria-label="Connecting" />
    </div>
  );
}

function Nobody({ onOpen }: { readonly onOpen: (file: File) => void }) {
  return (
    <Notice sign="○" title="Nobody has told of an actor yet" onOpen={onOpen}>
      The gateway is connected and listens. Controllers and agents tell of their actors as soon as
      they run with the inspector’s tap enabled, and somebody watches: which is you, now.
    </Notice>
  );
}

function Unreachable({ retry, onOpen }: Omit<WholeProps, 'children'>) {
  const { store } = useStore();
  useNow(store);
  if (store.phase.name !== 'disconnected') return null;
  const { sinceMs, retryAtMs, why } = store.phase;
  return (
    <Notice sign="↯" title="The gateway can’t be reached" onOpen={onOpen}>
      {why}, since {formatMoment(sinceMs, null).slice(0, 8)}. Is <code>holdfast inspect</code>{' '}
      running, and is this the address that it printed? The next attempt is in{' '}
      {formatSpan(Math.max(0, retryAtMs - wallMs()))}.{' '}
      <button type="button" className="link" onClick={retry}>
        Try now
      </button>
    </Notice>
  );
}

interface NoticeProps {
  readonly sign: string;
  readonly title: string;
  readonly onOpen: (file: File) => void;
  readonly children: React.ReactNode;
}

function Notice({ sign, title, onOpen, children }: NoticeProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="notice">
      <span className="sign" aria-hidden>
        {sign}
      </span>
      <h1>{title}</h1>
      <p>{children}</p>
      <button type="button" className="primary" onClick={() => input.current?.click()}>
        Open a recording…
      </button>
      <small>or drop one anywhere on this page</small>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="A recording"
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file !== undefined) onOpen(file);
        }}
      />
    </div>
  );
}
