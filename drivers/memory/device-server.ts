import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { bodyOf } from '../contract/body-of.ts';
import { DriverError } from '../contract/errors.ts';
import type { MemoryDevice } from './device.ts';
import {
  ApplyRequest,
  bodyLimitBytes,
  ClaimRequest,
  type ClaimsBody,
  type ErrorBody,
  errorStatus,
  errorToBody,
  ObserveRequest,
  RemoveRequest,
  SurveyRequest,
} from './device-protocol.ts';
import { digestOf } from './digest.ts';
import { surveyLines } from './survey-lines.ts';

export interface DeviceServer {
  /** What a driver's option `device.url` is to be. */
  readonly url: string;
  /** Ends the server and every connection to it; the device stays. */
  close(): Promise<void>;
}

/** Lets drivers in other processes reach the device, on loopback only; port 0 takes a free one. */
export async function startDeviceServer(
  device: MemoryDevice,
  { port }: { port: number },
): Promise<DeviceServer> {
  const server = createServer((request, response) => {
    serve(device, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  // A benchmark keeps thousands of calls apart by seconds; connections are the client's to end.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${actual}`, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

async function serve(
  device: MemoryDevice,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.url === '/notices') {
    streamNotices(device, response);
    return;
  }
  try {
    answer(response, 200, await call(device, request));
  } catch (error) {
    const body = errorBody(error);
    answer(response, errorStatus[body.kind], body);
  }
}

async function call(device: MemoryDevice, request: IncomingMessage): Promise<unknown> {
  switch (`${request.method} ${request.url}`) {
    case 'POST /apply': {
      const { agent, ...target } = ApplyRequest.parse(await readBody(request));
      const applied = await device.apply(agent, target);
      const document = device.content(target.id);
      // Made now, because whoever takes everything over claims thousands at once.
      if (document !== null) digestOf(document);
      return applied;
    }
    case 'POST /claim': {
      const { agent, claims } = ClaimRequest.parse(await readBody(request));
      return Promise.all(claims.map((asked) => claim(device, agent, asked)));
    }
    case 'POST /remove': {
      const { agent, ...asked } = RemoveRequest.parse(await readBody(request));
      return device.remove(agent, asked);
    }
    case 'POST /observe': {
      const { agent, id } = ObserveRequest.parse(await readBody(request));
      return device.observe(agent, id);
    }
    case 'POST /statistics': {
      const { agent, id } = ObserveRequest.parse(await readBody(request));
      return device.statistics(agent, id);
    }
    case 'POST /survey': {
      const { agent } = SurveyRequest.parse(await readBody(request));
      return new Text(surveyLines(await device.survey(agent)));
    }
    case 'GET /probe':
      return device.unreachable === null
        ? { reachable: true, detail: 'a memory device over HTTP' }
        : { reachable: false, reason: device.unreachable };
    case 'GET /log':
      return device.log;
    default:
      throw new BadRequest(`no such call: ${request.method} ${request.url}`);
  }
}

/** What it has under this digest is applied, as if it had been sent. */
async function claim(
  device: MemoryDevice,
  agent: string,
  { digest, ...asked }: ClaimRequest['claims'][number],
): Promise<ClaimsBody[number]> {
  const document = device.content(asked.id);
  if (document === null || digestOf(document) !== digest) return { type: 'differs' };
  try {
    return { type: 'applied', applied: await device.apply(agent, { ...asked, document }) };
  } catch (error) {
    return { type: 'refused', error: errorBody(error) };
  }
}

class BadRequest extends Error {}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const length = Number(request.headers['content-length']);
  if (!(length <= bodyLimitBytes)) {
    throw new BadRequest(`a content-length of at most ${bodyLimitBytes} bytes is needed`);
  }
  return JSON.parse(await bodyOf(request)) as unknown;
}

function errorBody(error: unknown): ErrorBody {
  if (error instanceof DriverError) return errorToBody(error);
  if (error instanceof z.ZodError) {
    return { kind: 'bad-request', message: z.prettifyError(error) };
  }
  if (error instanceof BadRequest || error instanceof SyntaxError) {
    return { kind: 'bad-request', message: error.message };
  }
  throw error;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const isText = body instanceof Text;
  const bytes = Buffer.from(isText ? body.lines : JSON.stringify(body));
  response.writeHead(status, {
    'content-type': isText ? 'application/x-ndjson' : 'application/json',
    'content-length': bytes.byteLength,
  });
  response.end(bytes);
}

/** An answer of lines, each of them JSON. */
class Text {
  readonly lines: string;

  constructor(lines: string) {
    this.lines = lines;
  }
}

/** One line of JSON a notice, for as long as the client listens. */
function streamNotices(device: MemoryDevice, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  // The first line lets the client know that nothing is missed from here on.
  response.write('\n');
  const stop = device.watch((id, notice) => {
    response.write(`${JSON.stringify({ id, notice })}\n`);
  });
  response.once('close', stop);
}
