import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeSources, debianKeyring, readSources } from './debian-sources.mjs';
import { SetupError } from './say.mjs';

/** Longer than a slow mirror needs for two package lists; a mirror that hangs is given up. */
const aptLimitMs = 4 * 60 * 1000;

/**
 * The C library must be the machine's own, because the dynamic loader belongs to it; the compiler's
 * support library goes with it on every Debian.
 */
const machineLibraries = new Set(['libc6', 'libgcc-s1']);

/**
 * Debian's packages without installing them: apt works on lists, a status file and a cache of its
 * own, so it needs no root and leaves the machine's package state alone.
 * @typedef {object} Apt
 * @property {(name: string) => string[]} libraryClosure The package itself and the libraries that it needs.
 * @property {(names: readonly string[]) => string[]} pythonClosure The packages themselves, the Python
 *   modules and the libraries that they need, and Python.
 * @property {(names: readonly string[], into: string) => void} unpack Downloads the packages and unpacks them.
 */

/**
 * @param {string} directory An empty directory for apt's state.
 * @param {{ codename: string, extraRelease: string | null, etc: string }} options `extraRelease` is
 *   known beside the machine's own, for packages that are asked for as `name/release` only.
 * @returns {Apt}
 */
export function openApt(directory, { codename, extraRelease, etc }) {
  const architecture = run('dpkg', ['--print-architecture'], directory).trim();
  for (const name of ['lists/partial', 'cache/archives/partial', 'sources', 'debs']) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  const hasKeyring = existsSync(debianKeyring);
  const sources = composeSources(readSources(etc), {
    codename,
    architecture,
    extraRelease,
    hasKeyring,
  });
  writeFileSync(join(directory, 'sources', 'debian.sources'), sources);
  writeFileSync(join(directory, 'preferences'), preferences(extraRelease));
  writeFileSync(join(directory, 'status'), '');
  const config = join(directory, 'apt.conf');
  writeFileSync(config, aptConfiguration(directory));
  run('apt-get', [`-c=${config}`, '-qq', 'update'], directory);
  return {
    libraryClosure(name) {
      const depends = ['depends', '--recurse', '--important', name];
      return librariesOf(name, run('apt-cache', [`-c=${config}`, ...depends], directory));
    },
    pythonClosure(names) {
      const install = ['--simulate', '--no-install-recommends', 'install', ...names];
      return pythonAmong(run('apt-get', [`-c=${config}`, '-qq', ...install], directory));
    },
    unpack(names, into) {
      const debs = join(directory, 'debs', String(readdirSync(join(directory, 'debs')).length));
      mkdirSync(debs);
      run('apt-get', [`-c=${config}`, '-qq', 'download', ...names], debs);
      for (const deb of readdirSync(debs))
        run('dpkg-deb', ['-x', join(debs, deb), into], directory);
    },
  };
}

/**
 * Reads the output of `apt-cache depends --recurse`: follows the dependencies that are libraries.
 * What else a package depends on is there to install it (adduser, init scripts), not to run it.
 * @param {string} name
 * @param {string} output
 */
export function librariesOf(name, output) {
  /** @type {Map<string, string[]>} */
  const dependencies = new Map();
  let current = '';
  for (const line of output.split('\n')) {
    const dependency = /^ [ |](?:Pre)?Depends: ([a-z0-9][^\s<>:]*)/.exec(line);
    if (dependency !== null) dependencies.get(current)?.push(String(dependency[1]));
    else if (/^\S/.test(line)) dependencies.set((current = line.trim()), []);
  }
  const wanted = new Set([name]);
  // A set that grows while it is walked is walked to its end.
  for (const each of wanted) {
    for (const dependency of dependencies.get(each) ?? []) {
      const isLibrary = /^(lib|zlib)/.test(dependency);
      if (isLibrary && !machineLibraries.has(dependency)) wanted.add(dependency);
    }
  }
  return [...wanted];
}

/**
 * Reads the output of `apt-get --simulate install`, which for a Python program names hundreds of
 * packages: what is there to install it (debconf, perl) is left out.
 * @param {string} output
 */
export function pythonAmong(output) {
  const names = [...output.matchAll(/^Inst (\S+)/gm)].map(([, name]) => String(name));
  return names.filter((name) => /^(python3|lib|zlib)/.test(name) && !machineLibraries.has(name));
}

/**
 * The machine's own release wins, whatever is newer elsewhere: only its libraries fit its C library.
 * @param {string | null} extraRelease
 */
function preferences(extraRelease) {
  if (extraRelease === null) return '';
  return `Package: *\nPin: release n=${extraRelease}\nPin-Priority: 100\n`;
}

/**
 * The machine's own apt configuration was read before this (it may name a proxy); its hooks are
 * taken out, because they clean up the machine's package cache.
 * @param {string} directory
 */
function aptConfiguration(directory) {
  return `
Dir::State "${directory}";
Dir::State::lists "${directory}/lists";
Dir::State::status "${directory}/status";
Dir::Cache "${directory}/cache";
Dir::Cache::archives "${directory}/cache/archives";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "${directory}/sources";
Dir::Etc::preferences "${directory}/preferences";
Dir::Etc::preferencesparts "/dev/null";
Dir::Log "${directory}";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`;
}

/**
 * @param {string} command
 * @param {readonly string[]} arguments_
 * @param {string} cwd
 * @returns {string} standard output
 */
function run(command, arguments_, cwd) {
  const done = spawnSync(command, arguments_, {
    cwd,
    encoding: 'utf8',
    timeout: aptLimitMs,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    // What is read from the output must not depend on the user's language.
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (done.error === undefined && done.status === 0) return done.stdout;
  const said = [done.error?.message, done.stderr?.trim()].filter(Boolean).join('\n');
  const step = arguments_.filter((word) => !word.startsWith('-')).join(' ');
  throw new SetupError(
    `\`${command} ${step}\` failed: ${said || (done.signal ?? `exit code ${done.status}`)}`,
  );
}
