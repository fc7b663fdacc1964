import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { fetchParts } from './fetch-parts.mjs';
import { withLock } from './lock.mjs';
import { byHand } from './other-systems.mjs';
import { inspect, parts, programIn, worksWell } from './parts.mjs';
import { readRelease } from './release.mjs';
import { SetupError } from './say.mjs';
import { formatVersion } from './versions.mjs';

/** @typedef {import('./parts.mjs').Part} Part */
/** @typedef {import('./parts.mjs').PartName} PartName */

/** Debian puts servers where an ordinary user's PATH doesn't reach. */
const serverDirectories = ['/usr/local/sbin', '/usr/sbin'];

/**
 * Where the set-up looks and writes; given by tests, the machine's own otherwise.
 * @typedef {object} Surroundings
 * @property {NodeJS.ProcessEnv} env
 * @property {readonly string[]} directories Where programs are looked for.
 * @property {string} etc
 * @property {string} osRelease
 */

/** @returns {Surroundings} */
export function thisMachine() {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  return {
    env: process.env,
    directories: [...path, ...serverDirectories],
    etc: '/etc/apt',
    osRelease: '/etc/os-release',
  };
}

/**
 * Finds the programs, or fetches them: the environment's variable first, then the PATH, then the
 * private cache, then Debian's packages.
 * @param {readonly PartName[]} names
 * @param {Surroundings} surroundings
 * @returns {Promise<Record<string, string>>} Each program's path, by its environment variable.
 */
export async function ensureParts(names, surroundings) {
  /** @type {Record<string, string>} */
  const found = {};
  const release = readRelease(surroundings.osRelease);
  const cache = cacheDirectory(surroundings.env, release.codename);
  const missing = names
    .map((name) => parts[name])
    .filter((part) => {
      const path = findPart(part, surroundings, cache);
      if (path !== null) found[part.variable] = path;
      return path === null;
    });
  if (missing.length > 0) {
    refuseOtherSystems(missing, release);
    makeCache(cache);
    await withLock(join(cache, 'lock'), async () => {
      // Another process may have fetched them while this one waited.
      const absent = missing.filter((part) => !worksWell(part, programIn(cache, part)));
      if (absent.length > 0) fetchParts(absent, { cache, release, etc: surroundings.etc });
    });
    for (const part of missing) found[part.variable] = programIn(cache, part);
  }
  return found;
}

/**
 * @param {Part} part
 * @param {Surroundings} surroundings
 * @param {string} cache
 * @returns {string | null} null where none is new enough
 */
function findPart(part, { env, directories }, cache) {
  const named = env[part.variable];
  if (named !== undefined && named !== '') {
    const verdict = inspect(part, named);
    if (verdict.good) return named;
    throw new SetupError(
      `${part.variable} is ${named}, but ${verdict.reason}; it must name ${part.name} ` +
        `${formatVersion(part.least)} or later. Correct it, or unset it to have one found`,
    );
  }
  const candidates = [
    ...directories.map((directory) => join(directory, part.name)),
    programIn(cache, part),
  ];
  return candidates.find((path) => worksWell(part, path)) ?? null;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} codename A home directory may be shared by machines of several releases.
 */
export function cacheDirectory(env, codename) {
  const named = env['XDG_CACHE_HOME'] ?? '';
  // A relative one is to be ignored, says who has invented it; it would be another one for each directory.
  const base = isAbsolute(named) ? named : join(env['HOME'] || homedir(), '.cache');
  return join(base, 'holdfast', 'parts-v1', `${codename || 'unknown'}-${process.arch}`);
}

/** @param {string} cache */
function makeCache(cache) {
  try {
    mkdirSync(cache, { recursive: true });
  } catch (error) {
    throw new SetupError(
      `the cache ${cache} can't be made (${String(error)}); name a directory that can be written by XDG_CACHE_HOME`,
    );
  }
}

/**
 * @param {readonly Part[]} missing
 * @param {ReturnType<typeof readRelease>} release
 */
function refuseOtherSystems(missing, release) {
  const wanted = missing
    .map((part) => `${part.name} ${formatVersion(part.least)} or later`)
    .join(' and ');
  const lacks = `This machine lacks ${wanted}`;
  if (release.id !== 'debian' || !existsSync('/usr/bin/apt-get')) {
    throw new SetupError(
      byHand(missing, `${lacks}, and is no Debian, where they would be fetched.`),
    );
  }
  const tooOld = missing.find(
    (part) =>
      release.version !== null && release.version < part.sinceDebian && !part.fitsOlderDebian,
  );
  if (tooOld !== undefined) {
    throw new SetupError(
      byHand(missing, `${lacks}, and Debian ${release.version}'s own ${tooOld.name} is too old.`),
    );
  }
}
