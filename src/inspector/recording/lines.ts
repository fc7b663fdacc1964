import { Batch, RecordingHeader } from '../../../machines/protocol/inspection.ts';

/** A recording's line that can't be read: which one, and why. */
export class UnreadableLine extends Error {
  override readonly name = 'UnreadableLine';
}

/** Not even JSON, as a line is whose end was never written. */
export class NoJson extends UnreadableLine {}

/** Parses a recording's first line; throws {@link UnreadableLine}. */
export function readHeader(text: string): RecordingHeader {
  const parsed = RecordingHeader.safeParse(json(text, 1));
  if (parsed.success) return parsed.data;
  throw new UnreadableLine(
    'line 1 is no header of a recording: {"holdfast":"recording","version":1,…}',
  );
}

/** Parses a further line; throws {@link UnreadableLine}. `number` counts from 1, with the header. */
export function readBatch(text: string, number: number): Batch {
  const parsed = Batch.safeParse(json(text, number));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new UnreadableLine(`line ${number} is no batch: ${where}: ${issue?.message ?? 'unknown'}`);
}

function json(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoJson(`line ${number} is not JSON`);
  }
}
