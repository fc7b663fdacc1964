/** What is wrong with the configuration, in words for the one who wrote it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
