/** One line of HAProxy's `show stat`, of which only this is read. */
export interface StatRow {
  /** The frontend or backend. */
  readonly proxy: string;
  /** `FRONTEND`, `BACKEND`, or the server. */
  readonly name: string;
  readonly status: string;
  /** Connections now and in all, bytes from and to clients, and requests that were refused as wrong. */
  readonly counters: Readonly<Record<Counter, number>>;
}

/** As HAProxy calls its columns. */
const counterColumns = ['scur', 'stot', 'bin', 'bout', 'ereq'] as const;
type Counter = (typeof counterColumns)[number];

/** Reads the CSV of `show stat` by the names in its header; throws where it is none. */
export function parseShowStat(csv: string): readonly StatRow[] {
  const [header, ...records] = parseCsv(csv);
  const columns = header?.map((name) => name.replace(/^# /, '')) ?? [];
  const indexOf = (column: string): number => {
    const index = columns.indexOf(column);
    if (index === -1) throw new Error(`no column ${column} in HAProxy's statistics`);
    return index;
  };
  const [proxy, name, status] = [indexOf('pxname'), indexOf('svname'), indexOf('status')];
  const counters = counterColumns.map((column) => [column, indexOf(column)] as const);
  return records.map((cells) => ({
    proxy: cells[proxy] ?? '',
    name: cells[name] ?? '',
    status: cells[status] ?? '',
    counters: Object.fromEntries(
      counters.map(([column, index]) => [column, counted(column, cells[index] ?? '')]),
    ) as Record<Counter, number>,
  }));
}

/** A counter that means nothing for a row is left empty. */
function counted(column: string, cell: string): number {
  if (cell === '') return 0;
  const value = Number(cell);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new Error(`column ${column} of HAProxy's statistics holds ${JSON.stringify(cell)}`);
  }
  return value;
}

/**
 * Records of cells, without empty lines. What a server answered to its check may stand in a cell, and
 * so commas and quotes do, within quotes.
 */
function parseCsv(text: string): readonly (readonly string[])[] {
  if (!text.includes('"')) {
    return text.split('\n').flatMap((line) => (line === '' ? [] : [line.split(',')]));
  }
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(cellPattern)) {
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  return records;
}

/** A cell with what ends it; the last one is ended by the text itself. */
const cellPattern = /(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g;
