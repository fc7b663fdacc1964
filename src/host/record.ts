import { z } from 'zod';
import { Remembered } from '../../machines/remembered.ts';

/** The envelope of every durable actor's record. */
export const Envelope = z.strictObject({
  /** Version of this envelope. */
  schema: z.literal(1),
  machine: z.string(),
  /** Version of the machine whose snapshot this is. */
  version: z.int().min(1),
  /** Names the write that made this revision, so that a lost reply can be told from a lost race. */
  write: z.string(),
  snapshot: z.strictObject({
    status: z.enum(['active', 'done']),
    value: z.union([z.string(), z.record(z.string(), z.unknown())]),
    historyValue: z.record(z.string(), z.unknown()),
    context: z.record(z.string(), z.unknown()),
    children: z.record(z.string(), z.unknown()),
  }),
});
export type Envelope = z.infer<typeof Envelope>;
export type PersistedSnapshot = Envelope['snapshot'];

const Written = z.object({ write: z.string() });

/** A record that this version can't read; it is left untouched. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord';
}

/** The refusal of a record, with the reason. */
export function unreadable(key: string, why: unknown): UnreadableRecord {
  return new UnreadableRecord(`the record ${key} is left untouched: ${wordsOf(why)}`);
}

function wordsOf(why: unknown): string {
  return why instanceof Error ? why.message : String(why);
}

export type Migrations = Readonly<
  Record<number, (snapshot: PersistedSnapshot) => PersistedSnapshot>
>;

export interface RecordFormat<TContext> {
  readonly machine: string;
  /** The newest version that this process reads: the one of its machine. */
  readonly version: number;
  /** The version that it writes: an older one while processes that know no newer one may run. */
  readonly writes: number;
  readonly context: z.ZodType<TContext>;
  /** From the version that is the key to the next one. */
  readonly migrations: Migrations;
  /** From the version that is the key to the one before. */
  readonly waysBack: Migrations;
}

export interface DecodedRecord<TContext> {
  readonly write: string;
  readonly snapshot: PersistedSnapshot;
  readonly context: TContext;
}

/** How many characters of records are remembered for each format with what they say. */
const rememberedCharacters = 1_048_576;

/**
 * What was read, by the migrations of its format, which no other format has. A process meets most
 * records several times: in its watch, and with the actor that is started from it.
 */
const remembered = new WeakMap<Migrations, Remembered<DecodedRecord<unknown>>>();

/**
 * Parses, checks and migrates a stored record; throws {@link UnreadableRecord} with the reason. The
 * result is shared by all who ask for the same text.
 */
export function decodeRecord<TContext>(
  key: string,
  text: string,
  format: RecordFormat<TContext>,
): DecodedRecord<TContext> {
  let known = remembered.get(format.migrations);
  if (known === undefined) {
    known = new Remembered(rememberedCharacters);
    remembered.set(format.migrations, known);
  }
  // By the same format, or it would have other migrations.
  return known.read(text, () => decode(key, text, format)) as DecodedRecord<TContext>;
}

function decode<TContext>(
  key: string,
  text: string,
  format: RecordFormat<TContext>,
): DecodedRecord<TContext> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadable(key, 'it is not JSON');
  }
  const parsed = Envelope.safeParse(json);
  if (!parsed.success) throw unreadable(key, z.prettifyError(parsed.error));
  const { machine, version, write } = parsed.data;
  if (machine !== format.machine) {
    throw unreadable(key, `it belongs to a '${machine}' machine, not to '${format.machine}'`);
  }
  if (version > format.version) {
    throw unreadable(
      key,
      `it was written by version ${version} of the machine, and this process knows versions up to ${format.version}; upgrade it`,
    );
  }
  let snapshot = parsed.data.snapshot;
  for (let from = version; from < format.version; from += 1) {
    const migrate = format.migrations[from];
    if (migrate === undefined) throw unreadable(key, `there is no migration from version ${from}`);
    try {
      snapshot = migrate(snapshot);
    } catch (error) {
      throw unreadable(key, `its migration from version ${from} failed: ${wordsOf(error)}`);
    }
  }
  const context = format.context.safeParse(snapshot.context);
  if (!context.success) throw unreadable(key, z.prettifyError(context.error));
  return { write, snapshot, context: context.data };
}

export function encodeRecord(
  format: Pick<RecordFormat<unknown>, 'machine' | 'version' | 'writes' | 'waysBack'>,
  write: string,
  snapshot: object,
): string {
  const { machine, version, writes, waysBack } = format;
  let written = snapshot as PersistedSnapshot;
  for (let from = version; from > writes; from -= 1) {
    const back = waysBack[from];
    if (back === undefined) throw new Error(`there is no way back from version ${from}`);
    written = back(written);
  }
  const { status, value, historyValue, context, children } = written;
  return JSON.stringify({
    schema: 1,
    machine,
    version: writes,
    write,
    snapshot: { status, value, historyValue: historyValue ?? {}, context, children },
  });
}

/** A record as a store has it. */
export interface RawRecord {
  readonly revision: number;
  readonly text: string;
}

/** Which write made a record, whatever else is in it; empty where that can't be read. */
export function writeOf(text: string): string {
  try {
    return Written.safeParse(JSON.parse(text)).data?.write ?? '';
  } catch {
    return ''; // It is no JSON, and its reader says so.
  }
}
