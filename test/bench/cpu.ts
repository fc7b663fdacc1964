import { readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second, whatever the kernel was built with. */
const tickMs = 10;
/** Of /proc/<pid>/stat, counted behind the command's closing parenthesis. */
const userField = 11;
const systemField = 12;

/** How much processor time a process has used so far; null where that can't be told. */
export async function cpuMs(pid: number | null): Promise<number | null> {
  if (pid === null || process.platform !== 'linux') return null;
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[userField]) + Number(fields[systemField])) * tickMs;
}

/** How much processor time all processes of the machine have used; null where that can't be told. */
export async function machineCpuMs(): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const text = await readFile('/proc/stat', 'utf8').catch(() => '');
  const [, user, nice, system, , , irq, softirq] = (text.split('\n')[0] ?? '')
    .split(/ +/)
    .map(Number);
  const ticks = [user, nice, system, irq, softirq].reduce<number>(
    (sum, each) => sum + (each ?? 0),
    0,
  );
  return ticks === 0 ? null : ticks * tickMs;
}

/** What each process has used since `before`; both are read by the same names. */
export function usedSince(
  before: Readonly<Record<string, number | null>>,
  after: Readonly<Record<string, number | null>>,
): Record<string, number> {
  const used: Record<string, number> = {};
  for (const [name, value] of Object.entries(after)) {
    const earlier = before[name];
    if (value !== null && earlier !== null && earlier !== undefined) used[name] = value - earlier;
  }
  return used;
}
