import { posix } from 'node:path';
import type { SourceFile } from '../source-file.ts';

/** Folders whose rooms stand above each other, the lowest first. What lies beside the rooms puts them together. */
const houses: Readonly<Record<string, readonly string[]>> = {
  'src/controller/': [
    'records',
    'shards',
    'fleet',
    'commands',
    'placement',
    'liveness',
    'load-balancers',
    'services',
  ],
};

/** One sentence for each import of a room that stands higher, or of what puts the rooms together, and for each unknown room. */
export function roomViolations(file: SourceFile): string[] {
  for (const [house, rooms] of Object.entries(houses)) {
    const own = roomIn(house, file.path);
    if (own === null) continue;
    const allowed = rooms.slice(0, rooms.indexOf(own) + 1);
    if (!allowed.includes(own)) return [`${file.path} is in a room that has no place among others`];
    return file.imports.flatMap(({ specifier, line }) => {
      if (!specifier.startsWith('.')) return [];
      const to = posix.join(posix.dirname(file.path), specifier);
      const room = roomIn(house, to);
      const isAllowed = !to.startsWith(house) || (room !== null && allowed.includes(room));
      if (isAllowed) return [];
      return [
        `${file.path}:${line} imports ${specifier}: files here may import only of ${allowed.join(', ')}`,
      ];
    });
  }
  return [];
}

/** The folder of the house that a file is in; null where it is in none. */
function roomIn(house: string, path: string): string | null {
  const [room, ...inside] = path.startsWith(house) ? path.slice(house.length).split('/') : [];
  return room === undefined || inside.length === 0 ? null : room;
}
