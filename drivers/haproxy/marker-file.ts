import { readdir, readFile } from 'node:fs/promises';
import {
  DamagedMarker,
  type HostMarker,
  markerText,
  parseMarker,
} from '../contract/host-marker.ts';
import { writeDurably } from './durable-file.ts';
import type { Site } from './site.ts';

/** What says of the file itself that it is damaged, and will be so: other errors are the process's, or pass. */
const damages: ReadonlyMap<string, string> = new Map([
  ['EISDIR', 'is a directory'],
  ['EIO', 'can not be read: the disk fails there'],
  ['ELOOP', 'is a link that leads nowhere'],
]);

/** A load balancer's marker on the host's disk. Throws DamagedMarker where it can't be read. */
export async function readMarker(site: Site): Promise<HostMarker | null> {
  const file = site.markerPath;
  let text: string | null = null;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const damage = damages.get(code);
    if (damage !== undefined) throw new DamagedMarker(file, damage);
    if (code !== 'ENOENT') throw error;
  }
  const isKnown = text === null && (await leftSomething(site));
  return parseMarker({ file, text, isKnown });
}

async function leftSomething(site: Site): Promise<boolean> {
  return (await listContents(site)).length > 0 || site.running() !== null;
}

/** The same, where damage is no reason to give up. */
export async function markerOrDamage(site: Site): Promise<HostMarker | null | DamagedMarker> {
  try {
    return await readMarker(site);
  } catch (error) {
    if (error instanceof DamagedMarker) return error;
    throw error;
  }
}

/** The names of the contents that lie in a load balancer's directory. */
export async function listContents(site: Site): Promise<readonly string[]> {
  try {
    return await readdir(site.contentsPath);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export async function writeMarker(file: string, marker: HostMarker): Promise<void> {
  await writeDurably(file, markerText(marker));
}
