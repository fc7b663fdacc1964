import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One stanza of apt's deb822 format, field names in lower case. Only what the private apt state
 * needs is read from the machine's own sources.
 * @typedef {Record<string, string>} Stanza
 */

/** What is kept of an entry beside its address: how its signature is to be checked. */
const keptFields = ['signed-by', 'trusted', 'check-valid-until', 'allow-insecure'];

/** Debian's own keys, of all its releases that are in use. */
export const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * All entries of the machine's sources.list and sources.list.d, in both formats.
 * @param {string} etc apt's directory, normally /etc/apt
 * @returns {Stanza[]}
 */
export function readSources(etc) {
  const parts = listDirectory(join(etc, 'sources.list.d'));
  return [
    ...parseOneLine(readIfThere(join(etc, 'sources.list'))),
    ...parts
      .filter((name) => name.endsWith('.list'))
      .flatMap((name) => parseOneLine(readIfThere(join(etc, 'sources.list.d', name)))),
    ...parts
      .filter((name) => name.endsWith('.sources'))
      .flatMap((name) => parseDeb822(readIfThere(join(etc, 'sources.list.d', name)))),
  ];
}

/**
 * Lines such as `deb [signed-by=/a.gpg arch=amd64] http://mirror/debian bookworm main contrib`.
 * @param {string} text
 * @returns {Stanza[]}
 */
export function parseOneLine(text) {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (found === null) return [];
    const [, options = '', uri = '', suite = '', components = ''] = found;
    /** @type {Stanza} */
    const stanza = { types: 'deb', uris: uri, suites: suite, components: components.trim() };
    for (const option of options.split(/\s+/).filter((word) => word.includes('='))) {
      const [name = '', value = ''] = option.split(/=(.*)/s);
      stanza[name.toLowerCase()] = value.replaceAll(',', ' ');
    }
    return [stanza];
  });
}

/**
 * @param {string} text
 * @returns {Stanza[]}
 */
export function parseDeb822(text) {
  const withoutComments = text.replaceAll(/^#.*\n?/gm, '');
  return withoutComments.split(/\n\s*\n/).flatMap((block) => {
    /** @type {Stanza} */
    const stanza = {};
    let last = '';
    for (const line of block.split('\n')) {
      const field = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(line);
      if (field !== null) {
        last = String(field[1]).toLowerCase();
        stanza[last] = String(field[2]);
      } else if (last !== '' && line.trim() !== '') {
        // A continued value, such as a key that is written into the stanza itself.
        stanza[last] += `\n${line}`;
      }
    }
    return stanza['uris'] === undefined ? [] : [stanza];
  });
}

/**
 * The sources of the private apt state: the machine's own release from its own mirrors, as far as
 * they are configured, and `extraRelease` from the same mirror.
 * @param {Stanza[]} configured
 * @param {{ codename: string, architecture: string, extraRelease: string | null, hasKeyring: boolean }} options
 * @returns {string} deb822 text
 */
export function composeSources(configured, { codename, architecture, extraRelease, hasKeyring }) {
  const own = configured.flatMap((stanza) => ownPart(stanza, codename));
  const hasRelease = own.some((stanza) => words(stanza['suites']).includes(codename));
  if (!hasRelease) own.push(...defaultSources(codename, hasKeyring));
  if (extraRelease !== null) {
    const base = own.find((stanza) => words(stanza['suites']).includes(codename));
    // The machine's own keyring entry may be narrowed to its own release.
    const signing = hasKeyring ? { 'signed-by': debianKeyring } : {};
    own.push({ ...base, suites: extraRelease, ...signing });
  }
  return own.map((stanza) => formatStanza({ ...stanza, architectures: architecture })).join('\n');
}

/**
 * What a configured entry says about the machine's own release; nothing for anyone else's packages.
 * @param {Stanza} stanza
 * @param {string} codename
 * @returns {Stanza[]}
 */
function ownPart(stanza, codename) {
  const release = [codename, `${codename}-updates`, `${codename}-security`, `${codename}/updates`];
  const suites = words(stanza['suites']).filter((suite) => release.includes(suite));
  const isDebian =
    words(stanza['types']).includes('deb') &&
    words(stanza['components']).includes('main') &&
    stanza['enabled']?.toLowerCase() !== 'no' &&
    suites.length > 0 &&
    !String(stanza['uris']).startsWith('cdrom:');
  if (!isDebian) return [];
  /** @type {Stanza} */
  const kept = {
    types: 'deb',
    uris: String(stanza['uris']),
    suites: suites.join(' '),
    components: 'main',
  };
  for (const field of keptFields) {
    const value = stanza[field];
    if (value !== undefined) kept[field] = value;
  }
  return [kept];
}

/**
 * @param {string} codename
 * @param {boolean} hasKeyring
 * @returns {Stanza[]}
 */
function defaultSources(codename, hasKeyring) {
  const signing = hasKeyring ? { 'signed-by': debianKeyring } : {};
  const common = { types: 'deb', components: 'main', ...signing };
  return [
    { ...common, uris: 'http://deb.debian.org/debian', suites: codename },
    { ...common, uris: 'http://deb.debian.org/debian-security', suites: `${codename}-security` },
  ];
}

/** @param {Stanza} stanza */
function formatStanza(stanza) {
  return Object.entries(stanza)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
}

/** @param {string | undefined} text */
function words(text) {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/** @param {string} path */
function listDirectory(path) {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
