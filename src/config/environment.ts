import { parse } from 'yaml';
import { ConfigError } from './config-error.ts';

/** Variables with a meaning of their own, which are no settings. */
const reserved = new Set([
  'HOLDFAST_CONFIG',
  'HOLDFAST_API',
  'HOLDFAST_HAPROXY',
  'HOLDFAST_NATS_SERVER',
  'HOLDFAST_OPENSTACK',
  'HOLDFAST_IP',
  'HOLDFAST_ARPING',
  'HOLDFAST_NFT',
  'HOLDFAST_CADDY',
  'HOLDFAST_CHROMIUM',
  'HOLDFAST_LONG',
  'HOLDFAST_FIRST_SEED',
  'HOLDFAST_NO_SKIPS',
]);

const prefix = 'HOLDFAST_';

export interface EnvironmentSetting {
  readonly variable: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * `HOLDFAST_AGENT__ID=edge-7` sets `agent.id`: two underscores go one level down, one stands before
 * a capital letter. Values are read as YAML, so that numbers, null and lists can be written. Throws
 * {@link ConfigError} for a value that is none.
 */
export function environmentSettings(
  environment: Readonly<Record<string, string | undefined>>,
): readonly EnvironmentSetting[] {
  const settings: EnvironmentSetting[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(prefix) || reserved.has(variable) || text === undefined) continue;
    const path = variable.slice(prefix.length).split('__').map(camelCase);
    settings.push({ variable, path, value: valueIn(variable, text) });
  }
  return settings.toSorted((a, b) => (a.variable < b.variable ? -1 : 1));
}

function valueIn(variable: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${variable}: its value must be YAML, such as a word or a list: ${why}`);
  }
}

function camelCase(words: string): string {
  return words.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
