import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'vite';

/** Where {@link pageDirectory} wants it. */
export const outVariable = 'HOLDFAST_INSPECTOR_OUT';

/** Everything in files of the page's own, so that it works under a policy of `default-src 'self'`. */
const config: UserConfig = {
  root: dirname(fileURLToPath(import.meta.url)),
  // Relative, because a gateway serves it wherever it likes.
  base: './',
  logLevel: 'warn',
  build: {
    outDir: process.env[outVariable] ?? '../../../.holdfast-inspector/page',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    chunkSizeWarningLimit: 1_000,
  },
};
export default config;
