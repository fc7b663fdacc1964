import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { SetupError, say } from './say.mjs';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 * @property {readonly string[]} [os]
 * @property {readonly string[]} [cpu]
 */

/** @typedef {Pick<NodeJS.Process, 'platform' | 'arch'>} Machine */

/** @typedef {{ packages: Record<string, LockedPackage> }} Lockfile */

/**
 * Installs the npm packages if those in node_modules are not the ones that package-lock.json names.
 * @param {string} root The checkout.
 * @param {'production' | 'all'} scope Which packages the command needs: a host that was given only
 *   the production packages must be able to run an agent without a network.
 */
export async function ensurePackages(root, scope) {
  if (packagesAreCurrent(root, scope)) return;
  const own = join(root, '.holdfast');
  makeOwn(own);
  await withLock(join(own, 'setup.lock'), async () => {
    // Another process may have installed them while this one waited.
    if (!packagesAreCurrent(root, scope)) install(root);
  });
}

/** @param {string} own */
function makeOwn(own) {
  try {
    mkdirSync(own, { recursive: true });
  } catch (error) {
    throw new SetupError(
      `the npm packages must be installed, and ${own} can't be made (${String(error)}); ` +
        'run this once as a user who may write to the checkout',
    );
  }
}

/**
 * npm itself leaves a record of what it put into node_modules, as its last step: so it tells an
 * unfinished install, an outdated one, and one that was done by hand, without a stamp of our own.
 * @param {string} root
 * @param {'production' | 'all'} scope
 */
export function packagesAreCurrent(root, scope) {
  const installed = readRecord(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return false;
  return satisfies(installed, readLockfile(join(root, 'package-lock.json')), scope);
}

/**
 * @param {Lockfile} installed
 * @param {Lockfile} wanted
 * @param {'production' | 'all'} scope
 * @param {Machine} [machine]
 */
export function satisfies(installed, wanted, scope, machine = process) {
  if (isFromElsewhere(installed, machine)) return false;
  return Object.entries(wanted.packages).every(([path, want]) => {
    const isNeeded =
      path !== '' &&
      // Optional packages are the builds for other platforms.
      want.optional !== true &&
      want.devOptional !== true &&
      (scope === 'all' || want.dev !== true);
    if (!isNeeded) return true;
    const have = installed.packages[path];
    return have?.version === want.version && have?.integrity === want.integrity;
  });
}

/**
 * Builds are there, and none is for this machine: a checkout that a container shares with a Mac, say.
 * @param {Lockfile} installed
 * @param {Machine} machine
 */
function isFromElsewhere(installed, { platform, arch }) {
  const builds = Object.values(installed.packages).filter(
    ({ os, cpu }) => (os ?? cpu) !== undefined,
  );
  const fits = (/** @type {LockedPackage} */ { os = [platform], cpu = [arch] }) =>
    os.includes(platform) && cpu.includes(arch);
  return builds.length > 0 && !builds.some(fits);
}

/**
 * @param {string} path
 * @returns {Lockfile | null} null where there is none, or a part of one: npm is writing it, or was ended meanwhile.
 */
function readRecord(path) {
  try {
    return readLockfile(path);
  } catch (error) {
    if (error instanceof SyntaxError || !existsSync(path)) return null;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {Lockfile}
 */
function readLockfile(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** @param {string} root */
function install(root) {
  say('installing the npm packages (npm ci)');
  // Whatever npm is configured to leave out: the builds for this machine are optional packages.
  const arguments_ = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  // npm's own output goes to standard error: standard output belongs to the command.
  const done = spawnSync('npm', arguments_, { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.error !== undefined) {
    throw new SetupError(
      `npm could not be started (${done.error.message}); install npm, then run this again`,
    );
  }
  if (done.status !== 0) {
    throw new SetupError(
      `npm ci failed (${done.signal ?? `exit code ${done.status}`}); its message stands above. ` +
        'If it could not reach the registry, check the network and `npm config get registry`, then run this again',
    );
  }
}
