import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { caddyModule } from '../../../drivers/caddy/module.ts';
import type { Driver } from '../../../drivers/contract/driver.ts';
import { driverContext } from './context.ts';
import { eventually } from './eventually.ts';
import { freePort } from './traffic.ts';

/** An address that the appliance's load balancers have, apart from where its admin API is. */
export const vip = '127.0.0.6';

const serversPath = '/config/apps/http/servers';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly etag: string | undefined;
}

/** A real Caddy, as an appliance that lives on its own. */
export interface CaddyDevice {
  readonly port: number;
  /** Its own directory. */
  readonly home: string;
  /** A driver of this agent, to this device or to whatever stands in front of it. */
  driver(agent?: string, options?: object): Promise<Driver>;
  /** What a person does by the admin API. */
  call(method: string, path: string, body?: unknown, ifMatch?: string): Promise<Answer>;
  servers(): Promise<Record<string, Record<string, unknown>>>;
  /** How often it has loaded a configuration; claims and contents count alike. */
  loads(): number;
  /** kill -9, as a power cut. */
  kill(): Promise<void>;
  /** Comes up again with what it saved by itself. */
  resume(): Promise<void>;
  /** Comes up again with what it had when it was new. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** The Caddy program; fails loudly where there is none, since no test may skip. */
function caddyBinary(): string {
  const binary = process.env['HOLDFAST_CADDY'];
  if (binary !== undefined) return binary;
  throw new Error('these tests need Caddy: name one in HOLDFAST_CADDY');
}

export async function caddyDevice(
  apps: object | null = { http: { servers: {} } },
): Promise<CaddyDevice> {
  const home = await mkdtemp(path.join(tmpdir(), 'holdfast-caddy-'));
  const port = await freePort('127.0.0.1');
  const boot = path.join(home, 'boot.json');
  const admin = { listen: `127.0.0.1:${port}` };
  await writeFile(boot, JSON.stringify(apps === null ? { admin } : { admin, apps }));
  const drivers: Driver[] = [];
  let running: ChildProcess | null = null;
  let loads = 0;

  const start = async (...how: string[]): Promise<void> => {
    let said = '';
    const child = spawn(caddyBinary(), ['run', ...how], {
      env: { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
      loads += text.split('autosaved config').length - 1;
    });
    await eventually('Caddy answers', async () => {
      if (child.exitCode !== null) throw new Error(`Caddy has ended: ${said}`);
      return call(port, 'GET', '/config/').then(
        ({ status }) => status === 200,
        () => false,
      );
    });
  };
  const kill = async (): Promise<void> => {
    const child = running;
    running = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  await start('--config', boot);
  return {
    port,
    home,
    async driver(agent = 'agent', options = {}) {
      const given = { admin: `http://127.0.0.1:${port}`, auditMs: 50, ...options };
      const driver = await caddyModule.create(driverContext(agent, given));
      drivers.push(driver);
      return driver;
    },
    call: (method, at, body, ifMatch) => call(port, method, at, body, ifMatch),
    async servers() {
      const { body } = await call(port, 'GET', serversPath);
      return (JSON.parse(body) ?? {}) as Record<string, Record<string, unknown>>;
    },
    loads: () => loads,
    kill,
    resume: () => start('--resume'),
    reset: () => start('--config', boot),
    async close() {
      for (const driver of drivers) await driver.close();
      await kill();
      await rm(home, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Each change replaces the admin server, which resets connections that it has not taken up yet: a read is sent again. */
async function call(...asked: Parameters<typeof callOnce>): Promise<Answer> {
  const [, method] = asked;
  try {
    return await callOnce(...asked);
  } catch (error) {
    const wasReset = error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
    if (method !== 'GET' || !wasReset) throw error;
    return await callOnce(...asked);
  }
}

function callOnce(
  port: number,
  method: string,
  at: string,
  body?: unknown,
  ifMatch?: string,
): Promise<Answer> {
  const json = body === undefined ? null : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path: at,
        agent: false,
        headers: {
          ...(json === null ? {} : { 'content-type': 'application/json' }),
          ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: text,
            etag: response.trailers['etag'],
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(json ?? undefined);
  });
}
