import { RecordTooLarge, recordBytesMax } from '../ports/store.ts';

const keyPattern = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** How long a store remembers a write id, so that a repeated write commits once. */
export const writeIdWindowMs = 120_000;

/** A wrong key is a bug of the caller's; JetStream would take `*` for a real key. */
export function assertKey(key: string): void {
  if (!keyPattern.test(key)) {
    throw new Error(`"${key}" is no key: tokens of A-Z, a-z, 0-9, _ and -, with dots between them`);
  }
}

/** Throws {@link RecordTooLarge} with both numbers. */
export function assertRecord(bucket: string, key: string, value: string): void {
  const bytes = Buffer.byteLength(value);
  if (bytes > recordBytesMax) {
    throw new RecordTooLarge(
      `the record ${key} for ${bucket} has ${bytes} bytes, and ${recordBytesMax} is the limit`,
    );
  }
}
