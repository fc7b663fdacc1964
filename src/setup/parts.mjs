import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { atLeast, formatVersion, parseVersion } from './versions.mjs';

/** @typedef {import('./versions.mjs').Version} Version */
/** @typedef {'nats-server' | 'haproxy' | 'openstack' | 'ip' | 'arping' | 'nft' | 'caddy' | 'chromium'} PartName */

/**
 * A program that Holdfast runs but npm can't install.
 * @typedef {object} Part
 * @property {PartName} name
 * @property {string} variable The environment variable that names the program's path.
 * @property {readonly string[]} packages Debian's packages that hold it.
 * @property {string} [unpacked] Where it is in them, if the program of its name there is a script
 *   that runs only where the packages are installed.
 * @property {boolean} isPython Is it a Python program, which needs its interpreter and its modules?
 * @property {readonly string[]} versionArguments
 * @property {RegExp} [versionPattern] Three groups that are its version; by default a dotted number.
 * @property {{ arguments: readonly string[], lack: string } | null} probe What must work beside
 *   telling the version, and what it lacks where that fails.
 * @property {Version} least The oldest version that will do.
 * @property {number} sinceDebian The first Debian release whose own package is new enough.
 * @property {boolean} fitsOlderDebian Does that release's package run on the releases before it?
 */

/** @type {Record<PartName, Part>} */
export const parts = {
  'nats-server': {
    name: 'nats-server',
    variable: 'HOLDFAST_NATS_SERVER',
    packages: ['nats-server'],
    isPython: false,
    versionArguments: ['--version'],
    probe: null,
    least: [2, 10, 27],
    sinceDebian: 13,
    // It needs the C library only, and not a new one.
    fitsOlderDebian: true,
  },
  haproxy: {
    name: 'haproxy',
    variable: 'HOLDFAST_HAPROXY',
    packages: ['haproxy'],
    isPython: false,
    versionArguments: ['-v'],
    probe: null,
    least: [2, 4, 0],
    sinceDebian: 12,
    fitsOlderDebian: false,
  },
  // Only the tests need it: OpenStack's command line, with its commands for load balancers.
  openstack: {
    name: 'openstack',
    variable: 'HOLDFAST_OPENSTACK',
    packages: ['python3-openstackclient', 'python3-octaviaclient'],
    isPython: true,
    versionArguments: ['--version'],
    probe: {
      arguments: ['loadbalancer', 'list', '--help'],
      lack: 'it has no loadbalancer commands (python3-octaviaclient)',
    },
    least: [6, 0, 0],
    sinceDebian: 12,
    fitsOlderDebian: false,
  },
  // What brings addresses to a network interface; only hosts whose load balancers move need them.
  ip: {
    name: 'ip',
    variable: 'HOLDFAST_IP',
    packages: ['iproute2'],
    isPython: false,
    versionArguments: ['-V'],
    versionPattern: /iproute2-v?(\d+)\.(\d+)\.(\d+)/,
    probe: null,
    least: [5, 0, 0],
    sinceDebian: 12,
    fitsOlderDebian: false,
  },
  arping: {
    name: 'arping',
    variable: 'HOLDFAST_ARPING',
    packages: ['iputils-arping'],
    isPython: false,
    versionArguments: ['-V'],
    // It is named by its day; another program of this name has other options.
    versionPattern: /iputils[- ]s?(\d{4})(\d{2})(\d{2})/,
    probe: null,
    least: [2019, 7, 9],
    sinceDebian: 12,
    fitsOlderDebian: false,
  },
  nft: {
    name: 'nft',
    variable: 'HOLDFAST_NFT',
    packages: ['nftables'],
    isPython: false,
    versionArguments: ['-v'],
    probe: null,
    least: [0, 9, 0],
    sinceDebian: 12,
    fitsOlderDebian: false,
  },
  // The appliance that the caddy driver's tests run against; an agent reaches one that runs elsewhere.
  caddy: {
    name: 'caddy',
    variable: 'HOLDFAST_CADDY',
    packages: ['caddy'],
    isPython: false,
    versionArguments: ['version'],
    probe: null,
    least: [2, 6, 0],
    sinceDebian: 12,
    fitsOlderDebian: false,
  },
  // The browser in which the inspector's page is tested.
  chromium: {
    name: 'chromium',
    variable: 'HOLDFAST_CHROMIUM',
    packages: ['chromium', 'chromium-common'],
    unpacked: 'usr/lib/chromium/chromium',
    isPython: false,
    versionArguments: ['--version'],
    probe: {
      arguments: ['--headless', '--no-sandbox', '--dump-dom', 'data:text/html,page'],
      lack: 'it opens no page',
    },
    least: [120, 0, 0],
    sinceDebian: 11,
    fitsOlderDebian: false,
  },
};

/** Far longer than any of them needs to tell its version, the first time on a busy machine too. */
const inspectionMs = 60_000;

/**
 * @param {Part} part
 * @param {string} path
 */
export function worksWell(part, path) {
  return existsSync(path) && inspect(part, path).good;
}

/**
 * Runs the program, because one that is there but lacks a library is as good as absent.
 * @param {Part} part
 * @param {string} path
 * @returns {{ good: true } | { good: false, reason: string }}
 */
export function inspect(part, path) {
  const done = spawnSync(path, part.versionArguments, { encoding: 'utf8', timeout: inspectionMs });
  if (done.error !== undefined) {
    return { good: false, reason: `it could not be started: ${done.error.message}` };
  }
  if (done.status !== 0) {
    const said = (done.stderr || done.stdout).trim();
    return {
      good: false,
      reason: `it does not run: ${said || (done.signal ?? `exit code ${done.status}`)}`,
    };
  }
  const version = parseVersion(done.stdout, part.versionPattern);
  if (version === null) return { good: false, reason: 'it does not tell its version' };
  if (!atLeast(version, part.least)) {
    return { good: false, reason: `it is version ${formatVersion(version)}` };
  }
  if (part.probe !== null) {
    const probed = spawnSync(path, part.probe.arguments, { timeout: inspectionMs });
    if (probed.status !== 0) return { good: false, reason: part.probe.lack };
  }
  return { good: true };
}

/**
 * @param {string} cache
 * @param {Part} part
 */
export function programIn(cache, part) {
  return join(cache, part.name, 'run');
}
