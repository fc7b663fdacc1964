import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureParts, thisMachine } from '../../../src/setup/ensure-parts.mjs';
import { readRelease } from '../../../src/setup/release.mjs';
import { SetupError } from '../../../src/setup/say.mjs';

/** One command takes a second or two; this is for a machine that has no time for it. */
const commandMs = 60_000;

/**
 * OpenStack's own command-line client, fetched from Debian where it is missing. On other systems the
 * answer may be why there is none.
 */
export async function findClient(): Promise<{ program: string } | { program: null; why: string }> {
  try {
    const { HOLDFAST_OPENSTACK: program = '' } = await ensureParts(['openstack'], thisMachine());
    return { program };
  } catch (error) {
    const isDebian = readRelease('/etc/os-release').id === 'debian';
    if (isDebian || !(error instanceof SetupError)) throw error;
    return { program: null, why: error.message };
  }
}

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `openstack loadbalancer …` without a cloud: no Keystone, and Holdfast for an endpoint. */
export class LoadBalancerCommands {
  readonly #program: string;
  readonly #endpoint: string;
  /** Nobody's settings, such as a clouds.yaml of whoever runs the tests. */
  readonly #home: string;

  private constructor(program: string, endpoint: string, home: string) {
    this.#program = program;
    this.#endpoint = endpoint;
    this.#home = home;
  }

  static async open(program: string, endpoint: string): Promise<LoadBalancerCommands> {
    const home = await mkdtemp(join(tmpdir(), 'hf-openstack-'));
    return new LoadBalancerCommands(program, endpoint, home);
  }

  async close(): Promise<void> {
    await rm(this.#home, { recursive: true, force: true });
  }

  run(...words: readonly string[]): Promise<Ended> {
    return this.#start(['loadbalancer', ...words], '');
  }

  /** Starts the client with these arguments; without any it reads its commands from this input. */
  #start(args: readonly string[], input: string): Promise<Ended> {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.#home,
      // Wide enough for any table.
      COLUMNS: '250',
      OS_AUTH_TYPE: 'none',
      OS_ENDPOINT: this.#endpoint,
    };
    const options = { env, cwd: this.#home, timeout: commandMs };
    return new Promise((resolve, reject) => {
      const child = execFile(this.#program, args, options, (error, stdout, stderr) => {
        const status = error === null ? 0 : error.code;
        if (typeof status === 'number') resolve({ status, stdout, stderr });
        else reject(new Error(`openstack ${args.join(' ')} ${input}`, { cause: error }));
      });
      child.stdin?.end(input);
    });
  }

  /**
   * Several commands one after the other in one client, whose start is most of what a command takes: what
   * those that show or list something have shown, in their order. Rejects if one of them fails.
   */
  async session(...commands: readonly (readonly string[])[]): Promise<readonly unknown[]> {
    const lines = commands.map((words) => ['loadbalancer', ...words].map(quoted).join(' '));
    const { status, stdout, stderr } = await this.#start([], `${lines.join('\n')}\n`);
    if (status !== 0 || stderr.trim() !== '') {
      throw new Error(`${lines.join('\n')}: ${status} ${stdout}${stderr}`);
    }
    // Of what is written as JSON only its first and last line begin at the margin.
    const documents = stdout.split(/^(?=[[{])/m).filter((text) => text.trim() !== '');
    return documents.map((text) => JSON.parse(text) as unknown);
  }

  /** What a command prints; rejects if it fails. */
  async text(...words: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(...words);
    if (status === 0) return stdout;
    throw new Error(`openstack loadbalancer ${words.join(' ')}: ${status} ${stdout}${stderr}`);
  }

  /** What a command shows of a resource, by its column. */
  async show(...words: readonly string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await this.text(...words, '-f', 'json')) as Record<string, unknown>;
  }

  /** The rows that a command lists, each by its columns. */
  async list(...words: readonly string[]): Promise<readonly Record<string, unknown>[]> {
    return JSON.parse(await this.text(...words, '-f', 'json')) as Record<string, unknown>[];
  }

  /** The first sentence of a command that must fail. */
  async refusal(...words: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(...words);
    if (status !== 0) return stderr.trim().replace(/ \(Request-ID: req-[0-9a-f-]{36}\)$/, '');
    throw new Error(`openstack loadbalancer ${words.join(' ')} did not fail: ${stdout}`);
  }
}

/** A word as the client's own command line takes it. */
function quoted(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word}'`;
}

/** Has a command of a session show what it shows as JSON. */
export const asJson = (...words: readonly string[]): readonly string[] => [...words, '-f', 'json'];
