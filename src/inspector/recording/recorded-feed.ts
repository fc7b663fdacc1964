import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { RecordingHeader } from '../../../machines/protocol/inspection.ts';
import type { Feed, Viewer } from '../gateway/feed.ts';
import {
  NoJson,
  parseBatch,
  parseHeader,
  RecordingError,
  recordingBytesMax,
} from '../model/recording.ts';

/** A recording, told whole to everybody who comes. */
export class RecordedFeed implements Feed {
  readonly sends = false;
  readonly recording: RecordingHeader;
  /** The last line, where it was left aside because it is cut off; null where all is there. */
  readonly cutOffLine: number | null;
  readonly #batches: readonly string[];

  constructor(
    recording: RecordingHeader,
    batches: readonly string[],
    cutOffLine: number | null = null,
  ) {
    this.recording = recording;
    this.#batches = batches;
    this.cutOffLine = cutOffLine;
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

/**
 * Reads a recording; throws {@link RecordingError} for one that is damaged, with the line's number. Only a last line
 * without its end is left aside: the recorder was killed, or its disk was full, and all before that is whole.
 */
export async function readRecording(path: string): Promise<RecordedFeed> {
  let header: RecordingHeader | null = null;
  const batches: string[] = [];
  let number = 0;
  let bytes = 0;
  let unreadable: NoJson | null = null;
  let isEnded = false;
  const input = createReadStream(path, { encoding: 'utf8' });
  // Lines come without their ends, and the last one may have none.
  input.on('data', (text) => (isEnded = text.toString().endsWith('\n')));
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (unreadable !== null) throw unreadable;
    number += 1;
    bytes += line.length;
    if (bytes > recordingBytesMax) {
      throw new RecordingError(`it is larger than ${recordingBytesMax} bytes: record less`);
    }
    if (header === null) header = parseHeader(line);
    else if (line !== '') {
      unreadable = faultOf(line, number);
      if (unreadable === null) batches.push(line);
    }
  }
  if (header === null) throw new RecordingError('it is empty');
  if (unreadable !== null && isEnded) throw unreadable;
  return new RecordedFeed(header, batches, unreadable === null ? null : number);
}

/** Why a line can't be read, if its end may be missing; throws what is wrong with a whole one. */
function faultOf(line: string, number: number): NoJson | null {
  try {
    parseBatch(line, number);
    return null;
  } catch (error) {
    if (error instanceof NoJson) return error;
    throw error;
  }
}
