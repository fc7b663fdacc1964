import {
  NoJson,
  RecordingError,
  parseBatch,
  parseHeader,
  recordingBytesMax,
} from '../../model/recording.ts';
import { after, monotonicMs } from '../clock.ts';
import type { Store } from './store.ts';

/** For so long lines are read in a row; then the page gets a turn. */
const turnMs = 30;

/** Opens a recording instead of what was shown; what is wrong with one is told in words. */
export async function loadRecording(store: Store, title: string, blob: Blob): Promise<void> {
  store.setPhase({ name: 'loading', title, share: 0 });
  try {
    if (blob.size > recordingBytesMax) {
      throw new RecordingError(`it has ${blob.size} bytes, and ${recordingBytesMax} is the limit`);
    }
    const cutOffLine = await readLines(store, title, blob);
    store.setPhase({ name: 'recording', cutOffLine });
    store.caughtUp();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    store.setPhase({ name: 'failed', title: `${title} can’t be opened`, why });
  }
}

/**
 * The number of a last line that was left aside, or null: one without its end is what a killed recorder, or a full disk,
 * leaves behind, and all before it is whole.
 */
async function readLines(store: Store, title: string, blob: Blob): Promise<number | null> {
  const reader = blob.stream().pipeThrough(new TextDecoderStream()).getReader();
  let [rest, number, read, turnFrom] = ['', 0, 0, monotonicMs()];
  const take = (line: string) => {
    number++;
    if (number === 1) return store.begin(parseHeader(line), false);
    const batch = parseBatch(line, number);
    if (batch !== null) store.take(batch);
  };
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '' || number === 0) take(line);
      read += line.length + 1;
      if (monotonicMs() - turnFrom > turnMs) {
        store.setPhase({ name: 'loading', title, share: Math.min(1, read / blob.size) });
        await new Promise<void>((resolve) => after(0, resolve));
        turnFrom = monotonicMs();
      }
    }
    if (!done) continue;
    if (rest === '' && number > 0) return null;
    try {
      take(rest);
      return null;
    } catch (error) {
      // A header without its end is no recording yet.
      if (number === 1 || !(error instanceof NoJson)) throw error;
      return number;
    }
  }
}
