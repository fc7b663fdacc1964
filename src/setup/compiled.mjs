import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * The programs as JavaScript, in a few files: a process that loads these is up in a third of the processor time that it
 * takes to load some hundred files of TypeScript, each by itself. They are made when one is started, from the very sources
 * that are there, and anew when one of these has changed; whoever can't make them loads the sources.
 */

/** What processes are started with. */
const programs = [
  'src/cli/main.ts',
  'src/demo/prober.ts',
  'simulator/main.ts',
  'simulator/chaos/main.ts',
  'simulator/chaos/client-main.ts',
];
const sources = ['machines', 'drivers', 'src', 'simulator'];

/** Those that are in use may be older than the newest, but hardly than this many. */
const kept = 4;

/**
 * A program's file, compiled from the sources as they are now; null where that has not been done, or is not done with it.
 * @param {string} root The checkout.
 * @param {string} program Its source, from there.
 */
export function compiledProgram(root, program) {
  try {
    const file = fileOf(join(folderOf(root), keyOf(root)), program);
    return existsSync(file) ? file : null;
  } catch {
    // A source that can't be read, or has just gone: whoever starts the program from its sources is told.
    return null;
  }
}

/**
 * Compiles the programs, where that has not been done since their sources have changed. Several processes may do so at
 * once: one of them gives its work the name under which it is found.
 * @param {string} root The checkout.
 * @returns {Promise<string>} The folder that they are in.
 */
export async function compilePrograms(root) {
  const folder = folderOf(root);
  const key = keyOf(root);
  const done = join(folder, key);
  if (existsSync(done)) return done;
  const { build } = await import('esbuild');
  const made = join(folder, `${key}.${process.pid}`);
  // Before the work, where it is in vain.
  mkdirSync(made, { recursive: true });
  try {
    await build({
      absWorkingDir: root,
      entryPoints: programs,
      outbase: root,
      outdir: made,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: `node${process.versions.node}`,
      packages: 'external',
      // As tsx does: an error has the name of its class, and a trace the lines of the sources.
      keepNames: true,
      sourcemap: 'linked',
      sourcesContent: false,
      logLevel: 'silent',
      plugins: [ownPlaces],
    });
    // A source that was saved meanwhile may be in it, or not.
    if (keyOf(root) !== key) return await compilePrograms(root);
    give(made, done);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  forgetOld(folder);
  return done;
}

/**
 * @param {string} folder
 * @param {string} program
 */
const fileOf = (folder, program) => join(folder, program.replace(/\.ts$/, '.js'));

/**
 * What a process is started with: the program, compiled now where it has to be; or its source, where that can't be done,
 * on a disk that can't be written, say.
 * @param {string} root The checkout.
 * @param {string} program Its source, from there.
 * @param {(text: string) => void} tell Told why it is the source.
 */
export async function startedFile(root, program, tell) {
  const source = join(root, program);
  try {
    const file = fileOf(await compilePrograms(root), program);
    return existsSync(file) ? file : source;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    tell(`starting from the sources, which takes longer: ${why}`);
    return source;
  }
}

/**
 * Where a source file is, which it may say of itself, is where it was.
 * @type {import('esbuild').Plugin}
 */
const ownPlaces = {
  name: 'own-places',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
    });
  },
};

/** @param {string} root */
const folderOf = (root) => join(root, '.holdfast', 'compiled');

/**
 * Changes with every change of a source file, of how they are compiled, and of where they are. By what they hold, for
 * their times say nothing where they come from an archive.
 * @param {string} root
 */
function keyOf(root) {
  const hash = createHash('sha256').update(`${root} ${process.versions.node}`);
  const note = (/** @type {string} */ path) => {
    hash.update(`\n${path}\n`).update(readFileSync(join(root, path)));
  };
  for (const folder of sources) {
    for (const name of readdirSync(join(root, folder), { recursive: true })
      .map(String)
      .toSorted()) {
      if (isSource(name)) note(join(folder, name));
    }
  }
  for (const path of ['package.json', 'package-lock.json', 'tsconfig.json']) note(path);
  return hash.digest('hex').slice(0, 16);
}

/**
 * An editor's own files are none.
 * @param {string} name
 */
const isSource = (name) => /\.(ts|mjs)$/.test(name) && !basename(name).startsWith('.');

/**
 * @param {string} made
 * @param {string} name
 */
function give(made, name) {
  try {
    renameSync(made, name);
  } catch (error) {
    // Another process was faster, with the same.
    if (!existsSync(name)) throw error;
  }
}

/**
 * The higher, the older; another process may have removed it.
 * @param {string} path
 */
const ageOf = (path) => -(statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);

/** @param {string} folder */
function forgetOld(folder) {
  const byAge = readdirSync(folder)
    .map((name) => join(folder, name))
    .toSorted((one, other) => ageOf(one) - ageOf(other));
  for (const path of byAge.slice(kept)) rmSync(path, { recursive: true, force: true });
}
