import { posix } from 'node:path';
import type { Import, SourceFile } from '../source-file.ts';

/** A device's own client library may be used by its driver: driver folder to package names. */
const clientLibraries: Readonly<Record<string, readonly string[]>> = {};

/** The only two files that know that the bus and the store are NATS. */
export const natsAdapters = ['src/adapters/nats-bus.ts', 'src/adapters/nats-store.ts'];
const natsPackages = ['nats', '@nats-io/jetstream', '@nats-io/kv'];

/** The set-up runs before anything is installed. */
const setupFolder = 'src/setup/';

/**
 * The inspector's page is a program for browsers, built by itself: what it is made of is bundled into it, and
 * installed nowhere else. It shares only what is pure with the processes that it shows.
 */
const pageFolder = 'src/inspector/page/';
const pagePackages = ['react', 'react-dom', '@tanstack/react-virtual', 'vite', 'zod'];
const pageFiles = ['machines/protocol/', 'src/inspector/'];

/** One sentence for each import that goes where it must not. */
export function floorViolations(file: SourceFile, dependencies: readonly string[]): string[] {
  return file.imports.flatMap((each) => {
    const reason = each.specifier.startsWith('.')
      ? refuseFile(file.path, posix.join(posix.dirname(file.path), each.specifier))
      : refusePackage(file.path, each, dependencies);
    return reason === null
      ? []
      : [`${file.path}:${each.line} imports ${each.specifier}: ${reason}`];
  });
}

function refuseFile(from: string, to: string): string | null {
  if (from.startsWith('test/')) return null;
  if (from.startsWith('machines/')) return only(to, ['machines/']);
  if (from === 'drivers/registry.ts') return only(to, ['machines/', 'drivers/']);
  if (from.startsWith('drivers/')) {
    return only(to, ['machines/', 'drivers/contract/', `drivers/${folderBelow(from)}/`]);
  }
  if (from.startsWith(setupFolder)) return only(to, [setupFolder]);
  if (from.startsWith(pageFolder)) return only(to, pageFiles);
  const below = ['machines/', 'drivers/contract/', 'src/'];
  if (from.startsWith('src/')) return only(to, [...below, 'drivers/registry.ts']);
  // Real processes, whose markers and records are read where they are.
  if (from.startsWith('simulator/chaos/')) {
    return only(to, ['machines/', 'drivers/', 'src/', 'simulator/']);
  }
  if (to.startsWith('simulator/chaos/')) return 'the simulator must run without real processes';
  if (natsAdapters.includes(to)) return 'the simulator must run without NATS';
  return only(to, [...below, 'drivers/memory/', 'simulator/']);
}

function only(to: string, allowed: readonly string[]): string | null {
  if (allowed.some((prefix) => to.startsWith(prefix))) return null;
  return `files here may import only ${allowed.join(', ')}`;
}

function refusePackage(
  from: string,
  { specifier, isDynamic }: Import,
  dependencies: readonly string[],
): string | null {
  if (from.startsWith('test/')) return null;
  const isBuiltIn = specifier.startsWith('node:');
  const name = packageName(specifier);
  if (from.startsWith('machines/')) return onlyPackages(name, ['xstate', 'zod']);
  if (from.startsWith(setupFolder)) {
    // What is imported while it runs may have been installed by then.
    return isBuiltIn || isDynamic ? null : 'the set-up runs before anything is installed';
  }
  if (from.startsWith(pageFolder) && !isBuiltIn) return onlyPackages(name, pagePackages);
  if (isBuiltIn) return null;
  if (from.startsWith('drivers/')) {
    return onlyPackages(name, ['zod', ...(clientLibraries[folderBelow(from)] ?? [])]);
  }
  if (natsPackages.includes(name) && !natsAdapters.includes(from)) {
    return `only ${natsAdapters.join(' and ')} may know NATS`;
  }
  return onlyPackages(name, dependencies);
}

function onlyPackages(name: string, allowed: readonly string[]): string | null {
  return allowed.includes(name) ? null : `files here may import only ${allowed.join(', ')}`;
}

/** `@scope/name` of `@scope/name/deep/path`. */
function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function folderBelow(path: string): string {
  return path.split('/')[1] ?? '';
}
