import type { ToPage } from '../../../../machines/protocol/inspection.ts';
import { type Cancel, after, wallMs } from '../clock.ts';
import type { Store } from './store.ts';

export const backoffMs = { first: 500, most: 10_000 } as const;

/** Holds a WebSocket to the gateway, and begins another one when it is lost. */
export class Connection {
  readonly #url: string;
  readonly #store: Store;
  #socket: WebSocket | null = null;
  #retry: Cancel | null = null;
  #failures = 0;
  #lostAtMs: number | null = null;

  constructor(url: string, store: Store) {
    this.#url = url;
    this.#store = store;
    this.#connect();
  }

  /** At once, instead of when its time has come. */
  retry(): void {
    this.#retry?.();
    this.#connect();
  }

  close(): void {
    this.#retry?.();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#store.send = null;
  }

  #connect(): void {
    this.#retry = null;
    // One that has not come about yet: the gateway would go on telling it what nobody hears.
    const given = this.#socket;
    this.#socket = null;
    given?.close();
    if (this.#lostAtMs === null) this.#store.setPhase({ name: 'connecting' });
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#hear(String(data));
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (socket === this.#socket)
        this.#lost(reason === '' ? `the connection ended (${code})` : reason);
    });
  }

  #hear(text: string): void {
    // The gateway is the one that served this page; it parses what comes from elsewhere.
    const message = JSON.parse(text) as ToPage;
    const store = this.#store;
    switch (message.type) {
      case 'hello':
        this.#failures = 0;
        this.#lostAtMs = null;
        store.begin(message.recording, message.sends);
        store.send = (out) => this.#socket?.send(JSON.stringify(out));
        const shown = { name: 'recording', cutOffLine: null } as const;
        store.setPhase(message.recording === null ? { name: 'live' } : shown);
        return;
      case 'batch':
        store.take(message.batch);
        return;
      case 'caught up':
        store.caughtUp();
        return;
      case 'status':
        store.hearsNats = message.connected;
        store.changed();
        return;
      case 'sent':
        store.answers.set(message.number, message.refused);
        store.changed();
    }
  }

  #lost(why: string): void {
    const store = this.#store;
    this.#socket = null;
    store.send = null;
    this.#lostAtMs ??= wallMs();
    const waitMs = Math.min(backoffMs.most, backoffMs.first * 2 ** this.#failures++);
    const retryAtMs = wallMs() + waitMs;
    store.setPhase({ name: 'disconnected', sinceMs: this.#lostAtMs, retryAtMs, why });
    this.#retry = after(waitMs, () => this.#connect());
  }
}
