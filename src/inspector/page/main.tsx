import './state/no-eval.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { Connection } from './state/connection.ts';
import { loadRecording } from './state/load-recording.ts';
import { Store } from './state/store.ts';
import { applyTheme, knownTheme } from './state/theme.ts';
import { liveUrl, takeToken } from './state/token.ts';
import { StoreContext } from './state/use-store.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/fleet.css';
import './styles/machine.css';
import './styles/sequence.css';
import './styles/timeline.css';
import './styles/explain.css';

applyTheme(knownTheme());

const store = new Store();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

/** A recording beside the page is opened by its name; other origins are none of its business. */
async function openRecording(name: string): Promise<void> {
  const url = new URL(name, location.href);
  if (url.origin !== location.origin) {
    store.setPhase({
      name: 'failed',
      title: `${name} can’t be opened`,
      why: 'it is not of this gateway',
    });
    return;
  }
  store.setPhase({ name: 'loading', title: name, share: 0 });
  const response = await fetch(url).catch((error: unknown) => String(error));
  if (typeof response === 'string' || !response.ok) {
    const why = typeof response === 'string' ? response : `the answer was ${response.status}`;
    store.setPhase({ name: 'failed', title: `${name} can’t be opened`, why });
    return;
  }
  await loadRecording(store, name, await response.blob());
}

const name = new URLSearchParams(location.search).get('recording');
const token = takeToken();
const connection = name === null ? new Connection(liveUrl(token), store) : null;
if (name !== null) void openRecording(name);

createRoot(root).render(
  <StrictMode>
    <StoreContext value={store}>
      <App
        retry={() => connection?.retry()}
        open={(file) => {
          connection?.close();
          void loadRecording(store, file.name, file);
        }}
      />
    </StoreContext>
  </StrictMode>,
);
