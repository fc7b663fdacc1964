import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { RecordingHeader } from '../../../machines/protocol/inspection.ts';
import type { Feed } from '../gateway/feed.ts';

export interface Recorder {
  /** How many batches are in the file, or on their way into it. */
  batches(): number;
  /** Rejects when the file can't be written any more; resolves when it is closed. */
  readonly written: Promise<void>;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

/** Writes what a feed tells into a new file, until it is closed. Rejects if the file can't be made. */
export async function record(path: string, feed: Feed, header: RecordingHeader): Promise<Recorder> {
  const file: WriteStream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await once(file, 'open');
  const written = once(file, 'close').then(() => undefined);
  file.write(`${JSON.stringify(header)}\n`);
  let batches = 0;
  const detach = feed.attach({
    batch: (_, text) => {
      batches += 1;
      file.write(`${text}\n`);
    },
    caughtUp: () => undefined,
    status: () => undefined,
  });
  return {
    batches: () => batches,
    written,
    close: async () => {
      detach();
      file.end();
      await written;
    },
  };
}
