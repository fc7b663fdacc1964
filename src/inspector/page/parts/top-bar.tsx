import { useRef } from 'react';
import { goTo, useRoute, views } from '../state/route.ts';
import type { Theme } from '../state/theme.ts';
import { useStore } from '../state/use-store.ts';
import { Search } from './search.tsx';

const titles = {
  fleet: 'Fleet',
  machine: 'Machine',
  sequence: 'Sequence',
  timeline: 'Timeline',
  explain: 'Explain',
};
const themeSigns: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' };

interface TopBarProps {
  readonly theme: Theme;
  readonly onTheme: () => void;
  readonly onHelp: () => void;
  readonly onOpen: (file: File) => void;
}

export function TopBar({ theme, onTheme, onHelp, onOpen }: TopBarProps) {
  const { view } = useRoute();
  return (
    <header className="top-bar">
      <h1 className="brand">
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden>
          <path d="M6 4v16M18 4v16M6 12h12" />
          <circle cx="12" cy="12" r="3.2" />
        </svg>
        <span>
          Holdfast <em>inspector</em>
        </span>
      </h1>
      <nav aria-label="Views">
        {views.map((each, index) => (
          <button
            key={each}
            type="button"
            className="tab"
            aria-current={each === view ? 'page' : undefined}
            title={`${titles[each]} (${index + 1})`}
            onClick={() => goTo({ view: each })}
          >
            {titles[each]}
          </button>
        ))}
      </nav>
      <Search />
      <div className="top-end">
        <Status />
        <OpenButton onOpen={onOpen} />
        <button
          type="button"
          className="quiet"
          onClick={onTheme}
          aria-label={`Theme: ${theme}`}
          title={`Theme: ${theme} (T)`}
        >
          {themeSigns[theme]}
        </button>
        <button
          type="button"
          className="quiet"
          onClick={onHelp}
          aria-label="Keys and colours"
          title="Keys and colours (?)"
        >
          ?
        </button>
      </div>
    </header>
  );
}

function OpenButton({ onOpen }: { readonly onOpen: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="plain"
        onClick={() => input.current?.click()}
        title="Open a recording"
      >
        Open…
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".ndjson,.jsonl,.json,.recording"
        aria-label="A recording"
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file !== undefined) onOpen(file);
          target.value = '';
        }}
      />
    </>
  );
}

function Status() {
  const { store } = useStore();
  const [tone, text] = statusOf(store);
  return (
    <span className="status" role="status" data-status={tone}>
      <i aria-hidden />
      {text}
    </span>
  );
}

function statusOf({
  phase,
  hearsNats,
  place,
}: ReturnType<typeof useStore>['store']): readonly [string, string] {
  switch (phase.name) {
    case 'live':
      if (!hearsNats) return ['off', 'no NATS'];
      return place === null ? ['live', 'Live'] : ['paused', 'Paused'];
    case 'recording':
      return phase.cutOffLine === null
        ? ['recording', 'Recording']
        : ['recording', `Recording, cut off in line ${phase.cutOffLine}`];
    case 'connecting':
    case 'loading':
      return ['busy', 'Opening…'];
    case 'disconnected':
      return ['off', 'Disconnected'];
    case 'failed':
      return ['off', 'Failed'];
    case 'idle':
      return ['busy', 'Nothing open'];
  }
}
