import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { LoadBalancerDocument } from '../../machines/model/document.ts';
import { pointLink, syncDirectory, writeDurably } from './durable-file.ts';
import { listContents } from './marker-file.ts';
import { type ContentKey, idleHash, keyText, parseKey, type Site } from './site.ts';

/** Lays down a content beside what runs; nothing reads it before a process or a marker names it. */
export async function writeContent(
  site: Site,
  key: ContentKey,
  document: LoadBalancerDocument,
  config: string | null,
): Promise<void> {
  await mkdir(site.contentPath(key), { recursive: true, mode: 0o700 });
  await writeDurably(site.documentPath(key), JSON.stringify(document));
  if (config !== null) await writeDurably(site.configPath(key), config);
  await syncDirectory(site.contentsPath);
}

/** The document of a content; null where there is none under this key, or it can't be read any more. */
export async function readDocument(
  site: Site,
  key: ContentKey,
): Promise<LoadBalancerDocument | null> {
  let text: string;
  try {
    text = await readFile(site.documentPath(key), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return null;
    throw error;
  }
  try {
    return LoadBalancerDocument.parse(JSON.parse(text));
  } catch {
    // A damaged disk. The document comes again with the next command, and is written anew then.
    return null;
  }
}

/** All documents that lie in the load balancer's directory. */
export async function readDocuments(site: Site): Promise<readonly LoadBalancerDocument[]> {
  const keys = (await listContents(site)).flatMap((name) => parseKey(name) ?? []);
  const documents = await Promise.all(keys.map((key) => readDocument(site, key)));
  return documents.flatMap((document) => document ?? []);
}

/** Forgets a content that came to nothing, unless it is one of those that are needed. */
export async function dropContent(
  site: Site,
  key: ContentKey,
  needed: readonly (ContentKey | null)[],
): Promise<void> {
  if (needed.some((other) => other !== null && keyText(other) === keyText(key))) return;
  await rm(site.contentPath(key), { recursive: true, force: true });
}

/** Shows which configuration runs, and forgets the contents that nobody needs any more. */
export async function tidyContents(site: Site, kept: readonly ContentKey[]): Promise<void> {
  const [live] = kept;
  if (live === undefined || live.hash === idleHash) await rm(site.livePath, { force: true });
  else await pointLink(site.livePath, path.relative(site.directory, site.configPath(live)));
  const names = new Set(kept.map(keyText));
  for (const name of await listContents(site)) {
    if (!names.has(name)) await rm(path.join(site.contentsPath, name), { recursive: true });
  }
}
