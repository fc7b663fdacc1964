#!/usr/bin/env node
/*
 * Runs one command of this project on a machine that has Node.js and npm and nothing else: installs
 * what is missing first. `node src/setup/run.mjs <command> [arguments]`; package.json's scripts are
 * its usual callers.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { check } from './check.mjs';
import { startedFile } from './compiled.mjs';
import { commands, otherProductCommand } from './commands.mjs';
import { ensureParts, thisMachine } from './ensure-parts.mjs';
import { ensurePackages } from './packages.mjs';
import { SetupError, say } from './say.mjs';
import { atLeast, formatVersion, parseVersion } from './versions.mjs';

/** @typedef {import('./commands.mjs').Command} Command */

/** As in package.json's engines. @type {import('./versions.mjs').Version} */
const leastNode = [20, 19, 0];

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * @param {string | undefined} name
 * @param {readonly string[]} rest
 */
async function main(name, rest) {
  refuseOldNode();
  // `holdfast agent` and `agent` are one command.
  const words = name === 'holdfast' ? rest : [...(name === undefined ? [] : [name]), ...rest];
  const [what = '--help', ...arguments_] = words;
  const command = Object.hasOwn(commands, what) ? commands[what] : undefined;
  await run(what, command ?? otherProductCommand, arguments_);
}

/**
 * @param {string} what
 * @param {Command} command
 * @param {readonly string[]} arguments_
 */
async function run(what, command, arguments_) {
  await ensurePackages(root, command.packages);
  const asksForHelp = arguments_.includes('--help') || arguments_.includes('-h');
  if (!asksForHelp) await giveParts(command);
  Object.assign(process.env, command.env);
  if (command.kind === 'steps') {
    process.exitCode = check(root, arguments_);
  } else if (command.kind === 'script') {
    process.chdir(root);
    await become(String(command.file), [...(command.first ?? []), ...arguments_]);
  } else {
    await become('src/cli/main.ts', [what, ...arguments_]);
  }
}

/** @param {Command} command */
async function giveParts(command) {
  try {
    Object.assign(process.env, await ensureParts(command.parts, thisMachine()));
  } catch (error) {
    if (!(error instanceof SetupError) || command.startsWithoutParts !== true) throw error;
    say(error.message);
    say(`starting without ${command.parts.join(' and ')}`);
  }
}

/**
 * Becomes the given program in this very process, so that signals, exit codes and a SIGKILL reach it
 * without anybody in between.
 * @param {string} file
 * @param {readonly string[]} arguments_
 */
async function become(file, arguments_) {
  const path = file.endsWith('.ts') ? await startedFile(root, file, say) : join(root, file);
  if (path.endsWith('.ts')) {
    // For processes that are forked from this one, as if it had been started with these options.
    process.execArgv.push('--import', import.meta.resolve('tsx'));
    const { register } = await import('tsx/esm/api');
    register();
  }
  process.setSourceMapsEnabled(true);
  process.argv = [process.execPath, path, ...arguments_];
  await import(pathToFileURL(path).href);
}

function refuseOldNode() {
  const version = parseVersion(process.version);
  if (version === null || !atLeast(version, leastNode)) {
    throw new SetupError(
      `Node.js ${process.version} is too old: install ${formatVersion(leastNode)} or later`,
    );
  }
}

try {
  await main(process.argv[2], process.argv.slice(3));
} catch (error) {
  // What goes wrong in the command itself is not the set-up's to explain.
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
