/**
 * An agent's memory on its host's disk: small entries by key, the newest wins. It survives the
 * agent, not the host's disk; devices fence without it.
 */
export interface Journal {
  /** Everything that was saved, by key; a torn or corrupt tail is dropped and logged. */
  load(): Promise<ReadonlyMap<string, string>>;
  /** Resolves when the entry is on disk; `null` forgets the key. */
  save(key: string, value: string | null): Promise<void>;
}
