import { useEffect, useState } from 'react';
import { type Keys, useKeys } from './state/keys.ts';
import { type View, goTo, useRoute, views } from './state/route.ts';
import type { Store } from './state/store.ts';
import { type Theme, applyTheme, knownTheme, themes } from './state/theme.ts';
import { useStore } from './state/use-store.ts';
import { Banner } from './parts/banner.tsx';
import { Guarded } from './parts/guarded.tsx';
import { Help } from './parts/help.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { Transport } from './parts/transport.tsx';
import { Whole } from './parts/whole.tsx';
import { ExplainView } from './views/explain-view.tsx';
import { FleetView } from './views/fleet-view.tsx';
import { MachineView } from './views/machine-view.tsx';
import { SequenceView } from './views/sequence-view.tsx';
import { TimelineView } from './views/timeline-view.tsx';

export interface AppProps {
  readonly retry: () => void;
  readonly open: (file: File) => void;
}

const shown: Readonly<Record<View, () => React.ReactNode>> = {
  fleet: () => <FleetView />,
  machine: () => <MachineView />,
  sequence: () => <SequenceView />,
  timeline: () => <TimelineView />,
  explain: () => <ExplainView />,
};

export function App({ retry, open }: AppProps): React.ReactNode {
  const { store } = useStore();
  const { view } = useRoute();
  const [theme, setTheme] = useState<Theme>(knownTheme);
  const [isHelping, setHelping] = useState(false);
  const isDragged = useDrop(open);
  const nextTheme = () => {
    const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
    applyTheme(next);
    setTheme(next);
  };
  useKeys(keysOf(store, { help: () => setHelping((is) => !is), theme: nextTheme }));
  return (
    <div className="app">
      <TopBar theme={theme} onTheme={nextTheme} onHelp={() => setHelping(true)} onOpen={open} />
      <Banner retry={retry} />
      <main className="main" aria-label={`${view} view`}>
        <Whole retry={retry} onOpen={open}>
          <Guarded key={view}>{shown[view]()}</Guarded>
        </Whole>
      </main>
      <Transport />
      {isHelping && <Help onClose={() => setHelping(false)} />}
      {isDragged && <div className="drop-hint">Drop a recording to open it</div>}
    </div>
  );
}

function keysOf(
  store: Store,
  more: { readonly help: () => void; readonly theme: () => void },
): Keys {
  const toView = Object.fromEntries(
    views.map((view, index) => [String(index + 1), () => goTo({ view })]),
  );
  return {
    ...toView,
    ...(store.hasMoments ? keysThroughTime(store) : {}),
    '?': more.help,
    t: more.theme,
    '/': () => document.querySelector<HTMLInputElement>('#search')?.focus(),
    Escape: () => goTo({ selection: null }),
  };
}

function keysThroughTime(store: Store): Keys {
  const place = () => store.place ?? store.history.last;
  return {
    ' ': () => store.togglePlay(),
    ArrowLeft: () => store.step(-1),
    ArrowRight: () => store.step(1),
    'Shift+ArrowLeft': () => store.goTo(place() - 20),
    'Shift+ArrowRight': () => store.goTo(place() + 20),
    Home: () => store.goTo(store.history.first),
    End: () => store.follow(),
    l: () => store.follow(),
    v: () => {
      const { firstViolation } = store;
      if (firstViolation !== null) store.goTo(firstViolation.batch);
    },
  };
}

/** Opens what is dropped on the page; says whether something is held over it. */
function useDrop(open: (file: File) => void): boolean {
  const [isDragged, setDragged] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      setDragged(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDragged(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setDragged(false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) open(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [open]);
  return isDragged;
}
