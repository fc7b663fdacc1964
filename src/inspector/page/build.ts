import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { chartsFile, chartsName } from './charts-file.ts';
import { outVariable } from './vite.config.ts';

/** What the page is made of, from the checkout's root. */
const sources = [
  'src/inspector/page',
  'src/inspector/model',
  'src/inspector/charts',
  'machines',
  'package-lock.json',
];
const outFolder = '.holdfast-inspector';
const stamp = 'sources.sha256';

/**
 * The folder of the built page, with its index.html; builds it where its sources are not those that it was
 * built from. Two that build at once do it side by side, and the last one's stays.
 */
export async function pageDirectory(root: string): Promise<string> {
  const directory = join(root, outFolder, 'page');
  const wanted = hashOfSources(root);
  if (builtFrom(directory) === wanted) return directory;
  const fresh = join(root, outFolder, `building-${process.pid}`);
  await mkdir(fresh, { recursive: true });
  try {
    await build(root, fresh);
    await writeFile(join(fresh, chartsName), chartsFile());
    // The last one: without it, nothing here counts as built.
    await writeFile(join(fresh, stamp), wanted);
    await rm(directory, { recursive: true, force: true });
    await rename(fresh, directory).catch((error: unknown) => {
      // Somebody else was faster, with the same sources.
      if (builtFrom(directory) !== wanted) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return directory;
}

function builtFrom(directory: string): string | null {
  const path = join(directory, stamp);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function hashOfSources(root: string): string {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const path of filesOf(root, source)) {
      hash
        .update(`${path}\0`)
        .update(readFileSync(join(root, path)))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

function filesOf(root: string, source: string): string[] {
  if (source.endsWith('.json')) return [source];
  return readdirSync(join(root, source), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

async function build(root: string, out: string): Promise<void> {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  if (!existsSync(vite)) {
    throw new Error(
      `the inspector's page has to be built, and vite is not installed in ${root}: run \`npm install\` there`,
    );
  }
  const config = join(root, 'src', 'inspector', 'page', 'vite.config.ts');
  const child = spawn(process.execPath, [vite, 'build', '--config', config], {
    cwd: root,
    // Whoever asks for it may run in a test's surroundings; the page is the same one always.
    env: { ...process.env, NODE_ENV: 'production', [outVariable]: out },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`the inspector's page could not be built:\n${told.trim()}`);
}
