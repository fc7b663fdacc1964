import { expect, test } from 'vitest';
import { parseBatch, parseHeader } from '../../../src/inspector/model/recording.ts';
import { recordingText } from '../support/failover.ts';

const lines = recordingText().split('\n');

test('a recording is read line by line', () => {
  expect(parseHeader(lines[0]!).title).toBe('a failover of 12 load balancers');
  expect(parseBatch(lines[1]!, 2)?.frames.length).toBeGreaterThan(0);
  expect(parseBatch('', 3)).toBeNull();
});

test.each([
  ['no JSON', () => parseBatch('{"version"', 17), /^line 17 is no JSON: /],
  ['no batch', () => parseBatch('{"version":1}', 18), /^line 18 is no batch of frames: node: /],
  ['no header', () => parseHeader(lines[1]!), /^line 1 is no recording's header/],
])('what is %s is refused with its line', (_, parse, message) => {
  expect(parse).toThrow(message);
});
