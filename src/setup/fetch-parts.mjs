import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { openApt } from './apt.mjs';
import { isRunning } from './lock.mjs';
import { byHand } from './other-systems.mjs';
import { inspect, programIn, worksWell } from './parts.mjs';
import { SetupError, say } from './say.mjs';

/** @typedef {import('./parts.mjs').Part} Part */

/** The Debian release whose packages serve older ones, where they fit. */
const extraRelease = 'trixie';

/** No set-up takes this long, so an older work directory was left by one that was killed, wherever that was. */
const leftoverAgeMs = 60 * 60 * 1000;

/**
 * Fetches Debian's packages of the programs, each into its own directory of the cache.
 * @param {readonly Part[]} missing
 * @param {{ cache: string, release: import('./release.mjs').Release, etc: string }} options
 */
export function fetchParts(missing, { cache, release, etc }) {
  try {
    removeLeftovers(cache);
    const work = mkdtempSync(join(cache, `tmp-${home()}-${process.pid}-`));
    try {
      say(`fetching ${missing.map((part) => part.name).join(' and ')} from Debian into ${cache}`);
      fetchInto(work, missing, { cache, release, etc });
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  } catch (error) {
    throw new SetupError(byHand(missing, whyNot(error, cache, etc)));
  }
}

/**
 * @param {string} work
 * @param {readonly Part[]} missing
 * @param {{ cache: string, release: import('./release.mjs').Release, etc: string }} options
 */
function fetchInto(work, missing, { cache, release, etc }) {
  const isOld = (/** @type {Part} */ part) =>
    release.version !== null && release.version < part.sinceDebian;
  const extra = missing.some(isOld) ? extraRelease : null;
  const apt = openApt(work, { codename: release.codename, extraRelease: extra, etc });
  for (const part of missing) {
    const names = isOld(part)
      ? part.packages.map((name) => `${name}/${extraRelease}`)
      : part.isPython
        ? apt.pythonClosure(part.packages)
        : part.packages.flatMap((name) => apt.libraryClosure(name));
    const built = join(work, part.name);
    mkdirSync(join(built, 'files'), { recursive: true });
    apt.unpack(names, join(built, 'files'));
    putInPlace(part, built, cache);
  }
}

/**
 * What the user is told; what is nobody's to mend but ours is thrown on.
 * @param {unknown} error
 * @param {string} cache
 * @param {string} etc
 */
function whyNot(error, cache, etc) {
  if (error instanceof SetupError) {
    return `${error.message}\n\nSo what is missing could not be fetched. Check the network and the mirrors in ${etc}.`;
  }
  // A disk that is full, say.
  if (error instanceof Error && 'syscall' in error) {
    return (
      `${error.message}\n\nSo what is missing could not be put into ${cache}, which must be writable and have room; ` +
      'XDG_CACHE_HOME names another place.'
    );
  }
  throw error;
}

/**
 * The wrapper names its libraries by their final place, so it is tried there; a program that does
 * not run is taken away again.
 * @param {Part} part
 * @param {string} built
 * @param {string} cache
 */
function putInPlace(part, built, cache) {
  const place = join(cache, part.name);
  // Somebody whom the lock did not keep out was faster, and may be running it by now.
  if (worksWell(part, programIn(cache, part))) return;
  const wrapper = join(built, 'run');
  writeFileSync(wrapper, wrapperScript(join(place, 'files'), join(built, 'files'), part));
  chmodSync(wrapper, 0o755);
  rmSync(place, { recursive: true, force: true });
  renameSync(built, place);
  const verdict = inspect(part, join(place, 'run'));
  if (!verdict.good) {
    rmSync(place, { recursive: true, force: true });
    throw new SetupError(`Debian's ${part.name} was unpacked, but ${verdict.reason}`);
  }
}

/**
 * A script that becomes the program (`exec`: same process id, same signals), with the libraries that
 * came along in front of the machine's own. A Python program is run by the Python that came along,
 * which looks for modules beside itself and nowhere else (-I).
 * @param {string} files Where the packages will be.
 * @param {string} builtFiles Where they are now.
 * @param {Pick<Part, 'name' | 'isPython' | 'unpacked'>} part
 */
export function wrapperScript(files, builtFiles, { name, isPython, unpacked }) {
  const directories = libraryDirectories(builtFiles).map((directory) => join(files, directory));
  const places = ['usr/sbin', 'usr/bin', 'sbin', 'bin'].map((directory) => join(directory, name));
  const program = (unpacked === undefined ? places : [unpacked]).find((place) =>
    existsSync(join(builtFiles, place)),
  );
  if (program === undefined)
    throw new SetupError(`Debian's package ${name} holds no program ${name}`);
  const libraries =
    directories.length === 0
      ? ''
      : `LD_LIBRARY_PATH=${quote(directories.join(':'))}"\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\nexport LD_LIBRARY_PATH\n`;
  const interpreter = isPython ? `${quote(join(files, 'usr/bin/python3'))} -I ` : '';
  return `#!/bin/sh\n${libraries}exec ${interpreter}${quote(join(files, program))} "$@"\n`;
}

/**
 * Debian's libraries are in one directory for each architecture, such as x86_64-linux-gnu. Those that
 * only one package uses are in a directory within it, which the package's own files name by the place
 * where it is installed.
 * @param {string} files
 */
function libraryDirectories(files) {
  const shared = ['lib', 'usr/lib'].flatMap((base) =>
    directoriesIn(join(files, base))
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(base, name)),
  );
  const ofOnePackage = shared.flatMap((directory) =>
    directoriesIn(join(files, directory))
      .map((name) => join(directory, name))
      .filter((each) => readdirSync(join(files, each)).some((name) => libraryName.test(name))),
  );
  return [...shared, ...ofOnePackage];
}

const libraryName = /^lib.+\.so(\.|$)/;

/** @param {string} path */
function directoriesIn(path) {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** @param {string} text */
function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A set-up that was killed, by a Ctrl-C say, leaves its work behind.
 * @param {string} cache
 */
function removeLeftovers(cache) {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (name.startsWith('tmp-') && isLeftover(name, path)) {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

/**
 * @param {string} name
 * @param {string} path
 */
function isLeftover(name, path) {
  const [, place, pid] = /^tmp-(.+)-(\d+)-[^-]+$/.exec(name) ?? [];
  if (place === home() && !isRunning(Number(pid))) return true;
  return Date.now() - statSync(path).mtimeMs > leftoverAgeMs;
}

/** Where process ids mean the same: a cache may be shared with other machines, and with containers. */
function home() {
  const [processes = ''] = /\d+/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];
  return `${hostname()}-${processes}`;
}
