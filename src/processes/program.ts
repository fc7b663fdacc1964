import { resolve } from 'node:path';
import { compiledProgram } from '../setup/compiled.mjs';
import { root } from './root.ts';

/** What Node.js is started with to be a program of this checkout. */
export interface Program {
  /** Node.js's own options. */
  readonly options: readonly string[];
  readonly file: string;
}

/**
 * Compiled, where that is done and of the same sources; else the sources themselves, which takes three times the
 * processor time. `source` is the program's own file, from the checkout's root or an absolute path.
 */
export function programOf(source: string): Program {
  const compiled = compiledProgram(root, source);
  return compiled === null
    ? { options: ['--import', import.meta.resolve('tsx')], file: resolve(root, source) }
    : { options: ['--enable-source-maps'], file: compiled };
}

/** The same in a row: what follows are the program's arguments. */
export function programWords(source: string): readonly string[] {
  const { options, file } = programOf(source);
  return [...options, file];
}
