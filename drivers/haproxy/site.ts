import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { socketName } from './stats-socket.ts';
import { type ProcessIdentity, processIds, readArguments, readProcess } from './proc.ts';

/** The hash of content that binds nothing and so needs no process. */
export const idleHash = 'idle';

const hashCharacters = 16;
const keyPattern = /^(\d+)-([0-9a-f]{16}|idle)$/;

/** One content by its generation, and by what HAProxy is to run for it. */
export interface ContentKey {
  readonly generation: number;
  readonly hash: string;
}

/** An HAProxy process of a load balancer, and the content that it was started with. */
export interface Running extends ProcessIdentity, ContentKey {}

export function contentKey(generation: number, config: string | null): ContentKey {
  if (config === null) return { generation, hash: idleHash };
  const hash = createHash('sha256').update(config).digest('hex').slice(0, hashCharacters);
  return { generation, hash };
}

export function keyText({ generation, hash }: ContentKey): string {
  return `${generation}-${hash}`;
}

export function parseKey(text: string | null): ContentKey | null {
  const match = text === null ? null : keyPattern.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { generation: Number(match[1]), hash: match[2] };
}

/**
 * One load balancer's directory. A content's configuration lies under a path that names its
 * generation and hash, so a process's own command line says what it runs, whatever became of the
 * agent that started it.
 */
export class Site {
  readonly id: string;
  readonly directory: string;
  readonly lockPath: string;
  readonly markerPath: string;
  readonly pidPath: string;
  readonly socketPath: string;
  readonly contentsPath: string;
  /** The configuration that runs, for people to look at. */
  readonly livePath: string;
  /** The last configuration that HAProxy refused, for people to look at. */
  readonly rejectedPath: string;

  constructor(stateDir: string, id: string) {
    this.id = id;
    this.directory = path.join(stateDir, id);
    this.lockPath = path.join(this.directory, 'lock');
    this.markerPath = path.join(this.directory, 'marker.json');
    this.pidPath = path.join(this.directory, 'pid');
    this.socketPath = path.join(this.directory, socketName);
    this.contentsPath = path.join(this.directory, 'content');
    this.livePath = path.join(this.directory, 'haproxy.cfg');
    this.rejectedPath = path.join(this.directory, 'haproxy.cfg.rejected');
  }

  contentPath(key: ContentKey): string {
    return path.join(this.contentsPath, keyText(key));
  }

  configPath(key: ContentKey): string {
    return path.join(this.contentPath(key), 'haproxy.cfg');
  }

  documentPath(key: ContentKey): string {
    return path.join(this.contentPath(key), 'document.json');
  }

  /** The process that serves, by its pid file; null where that names none of ours. */
  running(): Running | null {
    try {
      return this.identify(Number(readFileSync(this.pidPath, 'utf8')));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'EISDIR') return null;
      throw error;
    }
  }

  /** Every process of this load balancer: the one that serves, and those that still finish. */
  allProcesses(): readonly Running[] {
    return processIds().flatMap((pid) => this.identify(pid) ?? []);
  }

  /** Is it an HAProxy that runs a configuration of this directory? Then, what is its content? */
  identify(pid: number): Running | null {
    if (!Number.isInteger(pid) || pid <= 1) return null;
    // Read before the command line: if the id changes hands in between, nobody matches both.
    const stat = readProcess(pid);
    if (stat === null) return null;
    const config = servedConfig(pid);
    if (config === null || path.dirname(path.dirname(config)) !== this.contentsPath) return null;
    const key = parseKey(path.basename(path.dirname(config)));
    return key === null ? null : { pid, startTime: stat.startTime, ...key };
  }
}

/** The configuration file on the command line of a process that was started as ours are; else null. */
export function servedConfig(pid: number): string | null {
  const args = readArguments(pid);
  const option = args.indexOf('-f');
  return option < 0 || !args.includes('-D') ? null : (args[option + 1] ?? null);
}
