import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

export const layoutsFile = fileURLToPath(new URL('src/inspector/charts/layouts.json', root));
export const documentFile = fileURLToPath(new URL('docs/machines.md', root));

export function pictureFile(machine: string): string {
  return fileURLToPath(new URL(`docs/machines/${machine}.svg`, root));
}
