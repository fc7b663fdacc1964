import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Driver } from '../../drivers/contract/driver.ts';
import { readMarker } from '../../drivers/haproxy/marker-file.ts';
import type { Running, Site } from '../../drivers/haproxy/site.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { haproxyBinary } from '../drivers/haproxy-binary.ts';
import type { Backend } from '../drivers/support/backend.ts';
import { eventually } from '../drivers/support/eventually.ts';
import { type HaproxyHost, vip } from '../drivers/support/haproxy-host.ts';
import { freePort } from '../drivers/support/traffic.ts';
import { targetOf, web } from '../drivers/support/world.ts';
import type { LoadBalancerState } from './host-state.ts';
import type { Strangers } from './strangers.ts';

/** The epoch by which this agent held everything, and the one by which a neighbour took some of it. */
export const ownEpoch = 5;
export const neighboursEpoch = 6;
export const generation = 2;

export interface Stage {
  readonly host: HaproxyHost;
  readonly strangers: Strangers;
  readonly backends: { readonly old: Backend; readonly now: Backend };
  /** The drivers of this agent's former life, and of its neighbour. */
  readonly former: Driver;
  readonly neighbour: Driver;
}

/** A load balancer on the host, in the state that was asked for. */
export interface Staged {
  readonly state: LoadBalancerState;
  readonly site: Site;
  readonly port: number;
  /** What the record desires. */
  readonly document: LoadBalancerDocument;
  /** The process that serves it, or would if it were not stopped; null where it is dead. */
  readonly serving: Running | null;
}

export async function staged(stage: Stage, state: LoadBalancerState): Promise<Staged> {
  const { host, backends } = stage;
  const isNeighbours = state.record === 'neighbour';
  const driver = isNeighbours ? stage.neighbour : stage.former;
  const epoch = isNeighbours ? neighboursEpoch : ownEpoch;
  const port = await freePort(vip);
  const { document } = web(port, [backends.now]);
  const { id } = document;
  const site = host.site(id);
  if (state.process === 'outdated') {
    await driver.apply(targetOf(web(port, [backends.old], { id }).document, epoch, 1));
  } else await driver.apply(targetOf(document, epoch, generation));
  const serving = host.process(id);
  if (state.process === 'two') await leaveBehind(stage, site, id);
  await spoilDocument(state, site, serving);
  await spoilMarker(state, site);
  if (state.process === 'dead') {
    process.kill(serving.pid, 'SIGKILL');
    await eventually('it is dead', () => site.allProcesses().length === 0);
  }
  if (state.process === 'stopped') process.kill(serving.pid, 'SIGSTOP');
  await spoilPidFile(stage, state, site);
  await spoilSocket(stage, state, site);
  return { state, site, port, document, serving: state.process === 'dead' ? null : serving };
}

/** A process with an earlier content, which an agent that died did not come to end. */
async function leaveBehind({ backends }: Stage, site: Site, id: string): Promise<void> {
  const port = await freePort(vip);
  const config = await readFile(site.livePath, 'utf8');
  const key = { generation: 1, hash: '0123456789abcdef' };
  await mkdir(site.contentPath(key), { recursive: true });
  const own = config
    .split('\n')
    .filter((line) => !line.includes('stats socket'))
    .join('\n')
    .replace(/(\bbind \S+:)\d+/, `$1${port}`);
  await writeFile(site.configPath(key), own);
  const { document } = web(port, [backends.old], { id });
  await writeFile(site.documentPath(key), JSON.stringify(document));
  execFileSync(haproxyBinary(), ['-D', '-f', site.configPath(key)], { cwd: site.directory });
  if (site.allProcesses().length !== 2) throw new Error('nothing was left behind');
}

async function spoilDocument(
  { document }: LoadBalancerState,
  site: Site,
  serving: Running,
): Promise<void> {
  const file = site.documentPath(serving);
  if (document === 'missing') await rm(file);
  if (document === 'corrupt') await writeFile(file, '{"id": 17}');
}

async function spoilMarker({ marker }: LoadBalancerState, site: Site): Promise<void> {
  const file = site.markerPath;
  const text = await readFile(file, 'utf8');
  if (marker === 'missing') await rm(file);
  if (marker === 'corrupt') await writeFile(file, '\0\0\0\0');
  if (marker === 'torn') await writeFile(file, text.slice(0, text.length / 2));
  if (marker === 'stale') {
    const stored = await readMarker(site);
    await writeFile(file, JSON.stringify({ ...stored, generation: 0, content: null }));
  }
}

async function spoilPidFile(stage: Stage, { pidFile }: LoadBalancerState, site: Site) {
  const file = site.pidPath;
  if (pidFile === 'fresh') return;
  await rm(file, { force: true });
  // No process has an id above the kernel's limit.
  if (pidFile === 'stale') await writeFile(file, '4194305\n');
  if (pidFile === 'corrupt') await writeFile(file, 'no number');
  if (pidFile === 'directory') await mkdir(path.join(file, 'below'), { recursive: true });
  if (pidFile === 'foreign') {
    await writeFile(file, `${stage.strangers.spawn('/bin/sleep', ['1000'])}\n`);
  }
}

async function spoilSocket(stage: Stage, { socket }: LoadBalancerState, site: Site) {
  if (socket === 'fresh') return;
  await rm(site.socketPath, { force: true });
  if (socket === 'stale') await writeFile(site.socketPath, '');
  if (socket === 'foreign') await stage.strangers.listen(site.socketPath);
}
