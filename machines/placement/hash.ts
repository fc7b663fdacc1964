const prime = 0x01000193;
const offset = 0x811c9dc5;

/**
 * FNV-1a over UTF-16 code units, finished with MurmurHash3's mixer, because FNV alone spreads short
 * keys with a common prefix badly. 32 bits, unsigned.
 */
export function hash32(text: string): number {
  let hash = offset;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
