import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Licences that ask for no more than their own text to be kept. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().optional(), license: z.string().optional() }),
  ),
});
const Manifest = z.object({ license: z.string().optional() });

export interface Licensed {
  readonly path: string;
  readonly licence: string | null;
}

/** Every package that a production install may bring, with the licence that it states itself. */
export function productionLicences(root: string): Licensed[] {
  const lockfile = Lockfile.parse(readJson(join(root, 'package-lock.json')));
  return Object.entries(lockfile.packages)
    .filter(([path, entry]) => path !== '' && entry.dev !== true)
    .map(([path, entry]) => {
      const manifest = join(root, path, 'package.json');
      // Builds for other platforms are not installed here.
      const stated = existsSync(manifest) ? Manifest.parse(readJson(manifest)).license : null;
      return { path, licence: stated ?? entry.license ?? null };
    });
}

/** Understands SPDX's OR (one alternative will do) and AND (all must). */
export function isPermissive(licence: string): boolean {
  const alternatives = licence.replaceAll(/[()]/g, '').split(/\s+OR\s+/);
  return alternatives.some((each) => each.split(/\s+AND\s+/).every((id) => permissive.has(id)));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
