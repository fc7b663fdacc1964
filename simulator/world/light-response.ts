type Init = Pick<Response, 'status' | 'headers'> | ResponseInit | undefined;

/**
 * What the API makes of a `Response`, and as much of one as is read of it. Node's own keeps each body
 * as a stream, and that takes as long as most requests. The server's adapter puts a light one into its
 * place, too, where a controller listens to a socket.
 */
class LightResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | null;

  constructor(body?: unknown, init?: Init) {
    if (body !== undefined && body !== null && typeof body !== 'string') {
      throw new TypeError('in a virtual world, the body of a response is a text, or there is none');
    }
    this.body = body ?? null;
    this.status = init?.status ?? 200;
    this.headers = new Headers(init?.headers);
    if (this.body !== null && !this.headers.has('Content-Type')) {
      this.headers.set('Content-Type', 'text/plain;charset=UTF-8');
    }
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  text(): Promise<string> {
    return Promise.resolve(this.body ?? '');
  }
}

/** From now on, responses of this process are light ones. */
export function respondLightly(): void {
  globalThis.Response = LightResponse as unknown as typeof Response;
}
