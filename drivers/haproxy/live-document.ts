import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { readDocument } from './content.ts';
import { readMarker } from './marker-file.ts';
import { liveContent } from './observe.ts';
import { keyText, type Running, type Site } from './site.ts';

/** The document behind a process, read and parsed again only when it is another one. */
export class LiveDocument {
  readonly #site: Site;
  #known: { readonly key: string; readonly value: LoadBalancerDocument | null } | null = null;

  constructor(site: Site) {
    this.#site = site;
  }

  /** What is served, or would be if its process ran; null where nothing is to be. */
  async read(running: Running | null): Promise<LoadBalancerDocument | null> {
    const stored = await readMarker(this.#site);
    if (stored === null || stored.removed) return null;
    const live = liveContent(stored, running);
    if (live === null) return null;
    const key = keyText(live);
    if (this.#known?.key !== key) {
      this.#known = { key, value: await readDocument(this.#site, live) };
    }
    return this.#known.value;
  }
}
