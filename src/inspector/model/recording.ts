import { Batch, RecordingHeader } from '../../../machines/protocol/inspection.ts';

/** A recording larger than this is not opened: a page holds it all. */
export const recordingBytesMax = 512 * 1024 * 1024;
/** So many frames of a recording are kept. */
export const recordingFramesMax = 400_000;

/** Why a recording can't be opened; says in which line. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/** Not even JSON, as a line is whose end was never written. */
export class NoJson extends RecordingError {}

/** The first line of a recording. */
export function parseHeader(line: string): RecordingHeader {
  const parsed = RecordingHeader.safeParse(json(line, 1));
  if (parsed.success) return parsed.data;
  throw new RecordingError(
    `line 1 is no recording's header (${firstIssue(parsed.error)}): a recording is what \`holdfast record\` or the simulator wrote`,
  );
}

/** A later line; null for an empty one. `number` counts from 1. */
export function parseBatch(line: string, number: number): Batch | null {
  if (line.trim() === '') return null;
  const parsed = Batch.safeParse(json(line, number));
  if (parsed.success) return parsed.data;
  throw new RecordingError(`line ${number} is no batch of frames: ${firstIssue(parsed.error)}`);
}

function json(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new NoJson(`line ${number} is no JSON: ${why}`);
  }
}

interface Issues {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

function firstIssue({ issues }: Issues): string {
  const [issue] = issues;
  if (issue === undefined) return 'it is not as it should be';
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
