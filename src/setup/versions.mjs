/** @typedef {readonly [major: number, minor: number, patch: number]} Version */

/**
 * The first dotted number in a text such as `nats-server: v2.10.27` or
 * `HAProxy version 2.6.12-1+deb12u4 2026/09/30`; null where there is none. A missing patch is 0.
 * @param {string} text
 * @param {RegExp} [pattern] With groups for the three numbers.
 * @returns {Version | null}
 */
export function parseVersion(text, pattern = /(\d+)\.(\d+)(?:\.(\d+))?/) {
  const found = pattern.exec(text);
  if (found === null) return null;
  return [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

/**
 * @param {Version} version
 * @param {Version} least
 */
export function atLeast(version, least) {
  for (let place = 0; place < least.length; place += 1) {
    const difference = Number(version[place]) - Number(least[place]);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** @param {Version} version */
export function formatVersion(version) {
  return version.join('.');
}
