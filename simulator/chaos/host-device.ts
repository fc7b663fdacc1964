import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseMarker, type HostMarker } from '../../drivers/contract/host-marker.ts';
import { parseKey, Site } from '../../drivers/haproxy/site.ts';
import { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { JudgedDevice } from '../evidence/judged.ts';

/** What a driver keeps and runs on a host: read from its disk, and from the processes that run. */
export class HostDevice implements JudgedDevice {
  readonly #directory: string;

  constructor(stateDir: string, driver: string) {
    this.#directory = join(stateDir, driver);
  }

  ids(): readonly string[] {
    try {
      const names = readdirSync(this.#directory, { withFileTypes: true });
      // Agents try out here what they can do, under names that no load balancer has.
      const own = names.filter((each) => each.isDirectory() && !each.name.startsWith('.'));
      return own.map(({ name }) => name).filter((id) => this.#site(id).exists);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  content(id: string): LoadBalancerDocument | null {
    const marker = this.marker(id);
    const key = parseKey(marker?.content ?? null);
    if (key === null) return null;
    const text = readFileSync(this.#site(id).site.documentPath(key), 'utf8');
    return LoadBalancerDocument.parse(JSON.parse(text));
  }

  peek(id: string) {
    const marker = this.marker(id);
    if (marker === null) return null;
    const running = this.#site(id).site.running();
    // What changes nothing of its configuration leaves a process alone, which then is named by an older generation.
    const isRight = running?.hash === parseKey(marker.content)?.hash;
    return { marker, running: running !== null && isRight };
  }

  /** Null where the load balancer was never heard of here. */
  marker(id: string): HostMarker | null {
    const { site, exists } = this.#site(id);
    if (!exists) return null;
    const text = readFileSync(site.markerPath, 'utf8');
    return parseMarker({ file: site.markerPath, text, isKnown: true });
  }

  /** When the marker was written, in wall time; null where there is none. */
  writtenMs(id: string): number | null {
    const path = this.#site(id).site.markerPath;
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
  }

  #site(id: string): { readonly site: Site; readonly exists: boolean } {
    const site = new Site(this.#directory, id);
    const exists = statSync(site.markerPath, { throwIfNoEntry: false }) !== undefined;
    return { site, exists };
  }
}
