import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where this program is: the folder of its package.json. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
