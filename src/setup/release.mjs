import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {object} Release
 * @property {string} id
 * @property {string} codename
 * @property {number | null} version null for a release that is not out yet (testing, unstable)
 */

/**
 * @param {string} path normally /etc/os-release
 * @returns {Release}
 */
export function readRelease(path) {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  /** @param {string} key */
  const value = (key) => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  const version = value('VERSION_ID');
  return {
    id: value('ID'),
    codename: value('VERSION_CODENAME'),
    version: version === '' ? null : Number(version),
  };
}
