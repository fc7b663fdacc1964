import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root as checkout } from '../../src/processes/root.ts';
import { compiledProgram, compilePrograms, startedFile } from '../../src/setup/compiled.mjs';

const main = 'src/cli/main.ts';
const others = [
  'src/demo/prober.ts',
  'simulator/main.ts',
  'simulator/chaos/main.ts',
  'simulator/chaos/client-main.ts',
];
let root = '';

/** A checkout whose programs do next to nothing. */
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-compiled-')));
  write('package.json', '{"type":"module"}');
  for (const file of ['package-lock.json', 'tsconfig.json']) write(file, '{}');
  for (const folder of ['machines', 'drivers']) mkdirSync(join(root, folder));
  write('src/words.ts', `export const words: string = 'hello';\n`);
  write(main, `import { words } from '../words.ts';\nconsole.log(words, import.meta.url);\n`);
  for (const other of others) write(other, 'export {};\n');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const run = (file: string | null) =>
  spawnSync(process.execPath, ['--enable-source-maps', file ?? ''], { encoding: 'utf8' });
const folder = () => join(root, '.holdfast', 'compiled');

test('a program is compiled once, does what its source says, and still knows where that is', async () => {
  expect(compiledProgram(root, main)).toBeNull();

  await compilePrograms(root);
  const file = compiledProgram(root, main);
  const madeMs = statSync(file ?? '').mtimeMs;
  await compilePrograms(root);

  expect(run(file).stdout).toBe(`hello file://${root}/src/cli/main.ts\n`);
  expect(statSync(file ?? '').mtimeMs).toBe(madeMs);
  expect(compiledProgram(root, 'src/words.ts')).toBeNull();
});

test('a source that has changed, has come or has gone makes it old, also with its former size and time', async () => {
  await compilePrograms(root);
  const known = () => compiledProgram(root, main) !== null;
  const seen = [known()];

  const { atime, mtime } = statSync(join(root, 'src/words.ts'));
  write('src/words.ts', `export const words: string = 'hallo';\n`);
  utimesSync(join(root, 'src/words.ts'), atime, mtime);
  seen.push(known());
  await compilePrograms(root);
  seen.push(known());
  write('drivers/new.ts', '');
  seen.push(known());
  rmSync(join(root, 'drivers/new.ts'));
  seen.push(known());

  expect(seen).toEqual([true, false, true, false, true]);
  expect(run(compiledProgram(root, main)).stdout).toContain('hallo');
});

test('what is no source, and can not be read, changes nothing', async () => {
  await compilePrograms(root);

  symlinkSync('nowhere', join(root, 'src/.#words.ts'));

  expect(compiledProgram(root, main)).not.toBeNull();
});

test('a source that can not be read makes it unknown, and is told where it is to be compiled', async () => {
  await compilePrograms(root);
  const told: string[] = [];

  symlinkSync('nowhere', join(root, 'src/gone.ts'));
  const file = await startedFile(root, main, (text) => told.push(text));

  expect(compiledProgram(root, main)).toBeNull();
  expect(file).toBe(join(root, main));
  expect(told.join()).toContain('ENOENT');
});

test('a trace has the lines of the sources', async () => {
  write('src/words.ts', `\n\nexport const words = (() => { throw new Error('on line 3'); })();\n`);
  await compilePrograms(root);

  const { stderr } = run(compiledProgram(root, main));

  expect(stderr).toContain('src/words.ts:3:');
});

test('several processes that start at once get the same, and leave nothing else', async () => {
  const compiled = join(checkout, 'src/setup/compiled.mjs');
  const code = `import { startedFile } from ${JSON.stringify(compiled)};
    console.log(await startedFile(${JSON.stringify(root)}, ${JSON.stringify(main)}, console.error));`;
  const one = async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
    let told = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => (told += text.toString()));
    }
    await once(child, 'close');
    return told.trim();
  };

  const files = await Promise.all([one(), one(), one(), one()]);

  expect(new Set(files)).toEqual(new Set([compiledProgram(root, main)]));
  expect(readdirSync(folder())).toHaveLength(1);
});

test('what was compiled of older sources is forgotten, but for the newest of it', async () => {
  for (let round = 0; round < 6; round += 1) {
    write('src/words.ts', `export const words = ${round};\n`.padEnd(60 + round));
    await compilePrograms(root);
  }

  expect(readdirSync(folder())).toHaveLength(4);
  expect(run(compiledProgram(root, main)).stdout).toMatch(/^5 /);
});

test('where nothing can be compiled, it is the source, with the reason, and nothing half made is left', async () => {
  const told: string[] = [];
  write('src/words.ts', 'export const words = ;');

  const broken = await startedFile(root, main, (text) => told.push(text));
  const left = readdirSync(folder());
  rmSync(join(root, '.holdfast'), { recursive: true });
  write('.holdfast', 'no folder');
  const unwritable = await startedFile(root, main, (text) => told.push(text));

  expect([broken, unwritable]).toEqual([join(root, main), join(root, main)]);
  expect(left).toEqual([]);
  expect(told).toEqual([
    expect.stringMatching(/^starting from the sources, which takes longer: .*words\.ts:1:21/s),
    expect.stringMatching(/^starting from the sources, which takes longer: E(EXIST|NOTDIR)/),
  ]);
});
