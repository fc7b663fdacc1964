import { Fault } from '../../machines/model/fault.ts';
import { parseJson } from './json.ts';

/** As much as one record holds, so nothing that could be kept is refused. */
export const requestBytesMax = 512 * 1024;

const jsonTypes = ['application/json', 'text/javascript', 'application/javascript'];

/** The request's body as JSON; throws a Fault (400, 413, 415). Reads no more than the limit. */
export async function readJson(request: Request): Promise<unknown> {
  const mimetype = (request.headers.get('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase();
  // A missing type is taken for JSON, as curious people with plain tools leave it out.
  if (mimetype !== undefined && mimetype !== '' && !jsonTypes.includes(mimetype)) {
    throw new Fault(415, `Unknown mimetype: ${mimetype}. Send application/json.`);
  }
  const text = decode(await readBytes(request));
  if (text.trim() === '') throw new Fault(400, 'Request has no body. A JSON object is expected.');
  return parseJson(text);
}

function tooLarge(): Fault {
  return new Fault(413, `Request is larger than ${requestBytesMax} bytes.`);
}

async function readBytes(request: Request): Promise<Uint8Array> {
  // The header spares reading what is refused anyway; what is counted is what comes.
  if (Number(request.headers.get('Content-Length') ?? 0) > requestBytesMax) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body === null) return new Uint8Array();
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > requestBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Fault(400, 'Request is not in valid JSON format: it is not UTF-8.');
  }
}
