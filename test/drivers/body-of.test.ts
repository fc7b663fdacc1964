import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { bodyOf } from '../../drivers/contract/body-of.ts';

async function answered(answer: (response: ServerResponse) => void): Promise<IncomingMessage> {
  const server = createServer((_, response) => answer(response));
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [message] = await once(get({ host: '127.0.0.1', port, agent: false }), 'response');
  return message as IncomingMessage;
}

test('a body comes whole, also where a character is cut by a packet', async () => {
  const bytes = Buffer.from('übrig');
  const message = await answered((response) => {
    response.write(bytes.subarray(0, 1), () => setImmediate(() => response.end(bytes.subarray(1))));
  });

  expect(await bodyOf(message)).toBe('übrig');
});

test('no body is an empty one', async () => {
  const message = await answered((response) => response.end());

  expect(await bodyOf(message)).toBe('');
});

test('a body that breaks off is none', async () => {
  const message = await answered((response) => {
    response.setHeader('content-length', 10);
    response.write('half', () => response.destroy());
  });

  await expect(bodyOf(message)).rejects.toThrow();
});

test('a body that never ends is given up, and read no further', async () => {
  const chunk = 'x'.repeat(1_000);
  let broken: Promise<unknown> = Promise.resolve();
  const message = await answered((response) => {
    const more = () => response.write(chunk, () => response.destroyed || setImmediate(more));
    broken = once(response, 'close');
    more();
  });

  await expect(bodyOf(message, 10_000)).rejects.toThrow('longer than 10000 characters');
  await broken;
});
