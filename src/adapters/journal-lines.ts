import { crc32 } from 'node:zlib';
import { z } from 'zod';

const Line = z.strictObject({ key: z.string(), value: z.string().nullable(), crc: z.int() });

/** One save, as a journal's file holds it: a line of JSON with a checksum. */
export function journalLine(key: string, value: string | null): string {
  return `${JSON.stringify({ key, value, crc: checksum(key, value) })}\n`;
}

/**
 * What a journal's text says, by key. Lines that were torn, or changed since, are left out, so that
 * what a line before them says of their key counts again; `dropped` is told their numbers.
 */
export function parseJournal(text: string, dropped: (line: number) => void): Map<string, string> {
  const entries = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const entry = parseLine(line);
    if (entry === null) dropped(index + 1);
    else if (entry.value === null) entries.delete(entry.key);
    else entries.set(entry.key, entry.value);
  }
  return entries;
}

/**
 * As {@link parseJournal}, for those who may remember nothing rather than what was true before: where a line
 * is dropped, all are.
 */
export function parseWholeJournal(
  text: string,
  dropped: (line: number) => void,
): Map<string, string> {
  let isWhole = true;
  const entries = parseJournal(text, (line) => {
    isWhole = false;
    dropped(line);
  });
  return isWhole ? entries : new Map();
}

function checksum(key: string, value: string | null): number {
  return crc32(JSON.stringify([key, value]));
}

function parseLine(line: string): { key: string; value: string | null } | null {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch {
    return null; // The caller is told the line's number.
  }
  const parsed = Line.safeParse(raw).data;
  if (parsed === undefined || parsed.crc !== checksum(parsed.key, parsed.value)) return null;
  return parsed;
}
