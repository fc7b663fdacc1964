import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { assertRelations } from '../../machines/timings/relations.ts';
import { presets, type Timings } from '../../machines/timings/timings.ts';
import { ConfigError } from './config-error.ts';
import { environmentSettings } from './environment.ts';
import { Config } from './schema.ts';

export { ConfigError };

export interface Source {
  /** The configuration file; null for none. */
  readonly file: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Settings of the command line, which come last. */
  readonly overrides?: object;
}

export interface LoadedConfig extends Omit<Config, 'timings'> {
  readonly timings: Timings;
}

/** Reads the file, then the environment, then the overrides; throws {@link ConfigError}. */
export async function loadConfig(source: Source): Promise<LoadedConfig> {
  const { file } = source;
  const text = file === null ? null : await readConfigFile(file);
  const fromFile = text === null || file === null ? {} : parseYaml(file, text);
  const origin = new Map<string, string>();
  const merged = structuredClone(fromFile) as Record<string, unknown>;
  for (const { variable, path, value } of environmentSettings(source.environment)) {
    assignPath(merged, path, value, variable);
    origin.set(path.join('.'), variable);
  }
  mergeInto(merged, source.overrides ?? {});
  return checkConfig(merged, (path) => originOf(path, origin, file));
}

/** Checks settings that were put together elsewhere; `whence` names where a key comes from. */
export function checkConfig(
  settings: unknown,
  whence: (path: string) => string = () => 'the configuration',
): LoadedConfig {
  const parsed = Config.safeParse(settings);
  if (!parsed.success) throw new ConfigError(describe(parsed.error, whence));
  const { timings: overrides, ...config } = parsed.data;
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  const timings: Timings = { ...presets[config.preset], ...Object.fromEntries(given) };
  try {
    return { ...config, timings: assertRelations(timings) };
  } catch (error) {
    throw new ConfigError(`${whence('timings')}: ${(error as Error).message}`);
  }
}

async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new ConfigError(`${file}: the configuration can't be read: ${why}`);
  }
}

function parseYaml(file: string, text: string): object {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) throw new ConfigError(`${file}: ${error.message}`);
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigError(`${file}: it must be a mapping of sections such as "agent:"`);
  }
  return value;
}

function assignPath(
  settings: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
  variable: string,
): void {
  let level = settings;
  for (const key of path.slice(0, -1)) {
    if (level[key] === undefined || level[key] === null) level[key] = {};
    const next = level[key];
    if (typeof next !== 'object' || next === null || Array.isArray(next)) {
      throw new ConfigError(`${variable}: ${key} is no section, so nothing can be set in it`);
    }
    level = next as Record<string, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) level[last] = value;
}

function mergeInto(target: Record<string, unknown>, source: object): void {
  for (const [key, value] of Object.entries(source)) {
    if (value === undefined) continue;
    const known = target[key];
    const nested =
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      typeof known === 'object' &&
      known !== null &&
      !Array.isArray(known);
    if (nested) mergeInto(known as Record<string, unknown>, value as object);
    else target[key] = value;
  }
}

function originOf(
  path: string,
  variables: ReadonlyMap<string, string>,
  file: string | null,
): string {
  for (const [set, variable] of variables) {
    if (path === set || path.startsWith(`${set}.`) || set.startsWith(`${path}.`)) return variable;
  }
  return file ?? 'the configuration';
}

function describe(error: z.ZodError, whence: (path: string) => string): string {
  const lines = error.issues.map((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const path = [...issue.path, ...(keys.length === 1 ? keys : [])].join('.');
    const what =
      keys.length > 0
        ? `there is no such setting${knownKeys(issue.path)}`
        : issue.message.replace(/^Invalid input: /, '');
    return `${whence(path)}: ${path === '' ? 'the whole' : path}: ${what}`;
  });
  return lines.join('\n');
}

/** The keys that could have been meant, where the section is one of the schema's own. */
function knownKeys(path: readonly PropertyKey[]): string {
  let schema: unknown = Config;
  for (const key of path) {
    schema = shapeOf(schema)?.[String(key)];
  }
  const shape = shapeOf(schema);
  return shape === null ? '' : `; known here: ${Object.keys(shape).join(', ')}`;
}

function shapeOf(schema: unknown): Record<string, unknown> | null {
  let inner: unknown = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodOptional
  ) {
    inner = inner.unwrap();
  }
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, unknown>) : null;
}
