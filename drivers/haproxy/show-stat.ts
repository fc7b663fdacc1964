/** One line of HAProxy's `show stat`, of which only this is read. */
export interface StatRow {
  /** The frontend or backend. */
  readonly proxy: string;
  /** `FRONTEND`, `BACKEND`, or the server. */
  readonly name: string;
  readonly status: string;
}

/** Reads the CSV of `show stat` by the names in its header; throws where it is none. */
export function parseShowStat(csv: string): readonly StatRow[] {
  const [header, ...lines] = csv.split('\n').filter((line) => line !== '');
  const columns = header?.replace(/^# /, '').split(',') ?? [];
  const [proxy, name, status] = ['pxname', 'svname', 'status'].map((column) => {
    const index = columns.indexOf(column);
    if (index === -1) throw new Error(`no column ${column} in HAProxy's statistics`);
    return index;
  }) as [number, number, number];
  // Nothing that could hold a comma comes before these columns: our names are UUIDs.
  return lines.map((line) => {
    const cells = line.split(',');
    return {
      proxy: cells[proxy] ?? '',
      name: cells[name] ?? '',
      status: cells[status] ?? '',
    };
  });
}
