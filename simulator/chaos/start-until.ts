export interface Attempts<T> {
  /** So often it is begun, at most. */
  readonly most: number;
  readonly begin: () => Promise<T>;
  /** Has it become what it is to be? Where it has not, or that can't be told, it is ended. */
  readonly works: (begun: T) => Promise<boolean>;
  readonly end: (begun: T) => Promise<void>;
  /** Takes away what one has left that has not worked. */
  readonly clear: () => Promise<void>;
}

/** Begins something anew until it works; null where it never did. */
export async function startUntil<T>(attempts: Attempts<T>): Promise<T | null> {
  const { most, begin, works, end, clear } = attempts;
  for (let attempt = 0; attempt < most; attempt += 1) {
    const begun = await begin();
    let isWorking = false;
    try {
      isWorking = await works(begun);
    } finally {
      if (!isWorking) await end(begun);
    }
    if (isWorking) return begun;
    await clear();
  }
  return null;
}
