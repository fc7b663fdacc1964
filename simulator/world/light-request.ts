import type { ApiRequest } from './wire.ts';

const withoutBody = new Headers();
const withBody = new Headers({ 'Content-Type': 'application/json' });

/**
 * What the API reads of a request, as the server's adapter gives it: a whole `Request` brings streams
 * and signals of its own, and making one takes as long as most requests.
 */
export function lightRequest({ method, path, body }: ApiRequest): Request {
  const request: Pick<Request, 'method' | 'url' | 'headers' | 'body'> = {
    method,
    url: `http://localhost${path}`,
    headers: body === null ? withoutBody : withBody,
    body: body === null ? null : inOnePiece(JSON.stringify(body)),
  };
  return request as Request;
}

/** As much of a stream as is read of a body. */
function inOnePiece(text: string): ReadableStream {
  const pieces = {
    async *[Symbol.asyncIterator]() {
      yield Buffer.from(text);
    },
  };
  return pieces as unknown as ReadableStream;
}
