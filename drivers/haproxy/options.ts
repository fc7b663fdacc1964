import { mkdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const account = /^[a-z_][a-z0-9_-]{0,31}$/;

/** What can be set of a driver that runs HAProxy. */
export const Options = z.strictObject({
  /** The HAProxy program: a path, or a name on PATH. */
  binary: z.string().min(1).optional(),
  /** Where each load balancer has its directory, `<stateDir>/<id>`; else where the agent says. */
  stateDir: z.string().startsWith('/', 'is to be an absolute path').optional(),
  /** Whom a process becomes once its ports are bound, where the agent is root. */
  user: z.string().regex(account).optional(),
  group: z.string().regex(account).optional(),
  /** Connections of a listener without a limit of its own. */
  maxConnections: z.int().min(1).default(10_000),
  /** How long HAProxy may take to start, or to refuse. */
  startTimeoutMs: z.int().min(100).default(10_000),
  /** How long a removed load balancer may finish what it serves, before it is killed. */
  stopGraceMs: z.int().min(0).default(2_000),
  /** How long a process that was replaced may finish what it serves. */
  hardStopAfterMs: z.int().min(1).default(30_000),
  /** How long one question to a running HAProxy may take. */
  socketTimeoutMs: z.int().min(1).default(1_000),
  /** How long to wait for a lock whose holder is stopped, before that one is ended. */
  lockWaitMs: z.int().min(1).default(500),
  /** How often a watched process is looked at. */
  processPollMs: z.int().min(10).default(200),
  /** How often a watched process is asked about its members. */
  statusPollMs: z.int().min(10).default(1_000),
});
export type HaproxyOptions = z.infer<typeof Options> & {
  readonly binary: string;
  readonly stateDir: string;
};

/** A driver's options with their defaults; throws an error that names what is wrong. */
export function readOptions<T extends z.infer<typeof Options>>(
  schema: z.ZodType<T>,
  driver: string,
  { options, stateDir }: { options: unknown; stateDir: string },
  environment: NodeJS.ProcessEnv,
): T & HaproxyOptions {
  const parsed = schema.safeParse(options ?? {});
  if (!parsed.success) {
    throw new Error(`wrong options of the ${driver} driver:\n${z.prettifyError(parsed.error)}`);
  }
  const program = parsed.data.binary ?? environment['HOLDFAST_HAPROXY'] ?? 'haproxy';
  return {
    ...parsed.data,
    // HAProxy runs elsewhere, so a relative path would lead nowhere.
    binary: program.includes('/') ? path.resolve(program) : program,
    stateDir: path.resolve(parsed.data.stateDir ?? stateDir),
  };
}

/**
 * Makes the state directory, and tells its one true path: an agent knows another's processes by the
 * paths on their command lines. Throws an error that says what to do.
 */
export async function makeStateDir(stateDir: string, driver: string): Promise<string> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    return await realpath(stateDir);
  } catch (error) {
    throw new Error(
      `the ${driver} driver can't use its state directory ${stateDir} (option "stateDir"): ` +
        (error instanceof Error ? error.message : String(error)),
      { cause: error },
    );
  }
}

/** How many files a process started from here may open at most. */
export async function openFilesMax(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  if (hard === undefined) throw new Error('no limit of open files in /proc/self/limits');
  return hard === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(hard);
}
