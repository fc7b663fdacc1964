import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { RecordingHeader } from '../../../machines/protocol/inspection.ts';
import type { Feed, Viewer } from '../gateway/feed.ts';
import { readBatch, readHeader, UnreadableLine } from './lines.ts';

/** A larger recording does not fit into a page. */
export const recordingBytesMax = 512 * 1024 * 1024;

/** A recording, told whole to everybody who comes. */
export class RecordedFeed implements Feed {
  readonly sends = false;
  readonly recording: RecordingHeader;
  readonly #batches: readonly string[];

  constructor(recording: RecordingHeader, batches: readonly string[]) {
    this.recording = recording;
    this.#batches = batches;
  }

  attach(viewer: Viewer): () => void {
    for (const text of this.#batches) viewer.batch(null, text);
    viewer.caughtUp();
    viewer.status(true);
    return () => undefined;
  }

  send(): Promise<string | null> {
    return Promise.resolve('this is a recording: nobody is there to take an event');
  }
}

/** Reads a recording; throws {@link UnreadableLine} for one that is not whole, with the line's number. */
export async function readRecording(path: string): Promise<RecordedFeed> {
  let header: RecordingHeader | null = null;
  const batches: string[] = [];
  let number = 0;
  let bytes = 0;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Infinity,
  })) {
    number += 1;
    bytes += line.length;
    if (bytes > recordingBytesMax) {
      throw new UnreadableLine(`${path} is larger than ${recordingBytesMax} bytes: record less`);
    }
    if (header === null) header = readHeader(line);
    else if (line !== '') {
      readBatch(line, number);
      batches.push(line);
    }
  }
  if (header === null) throw new UnreadableLine(`${path} is empty`);
  return new RecordedFeed(header, batches);
}
