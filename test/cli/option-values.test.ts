import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { httpUrl } from '../../src/cli/commands/api-option.ts';
import { wholeNumber } from '../../src/cli/commands/up.ts';

describe('a whole number in a range', () => {
  test.each(['0', '1', '16', '007'])('is %j', (text) => {
    expect(wholeNumber(0, 16)(text)).toBe(Number(text));
  });

  test.each(['', ' ', '17', '-1', '1.5', '1e1', '0x10', 'many', 'NaN', 'Infinity'])(
    'is not %j',
    (text) => {
      const parse = () => wholeNumber(0, 16)(text);

      expect(parse).toThrow(InvalidArgumentError);
      expect(parse).toThrow('give a whole number from 0 to 16');
    },
  );
});

describe('the address of an API', () => {
  test.each(['http://127.0.0.1:9876', 'https://lb.example/api/', 'http://[::1]:9876'])(
    'is %j',
    (text) => {
      expect(httpUrl(text)).toBe(text);
    },
  );

  test.each(['', 'here', '127.0.0.1:9876', 'localhost:9876', 'ftp://127.0.0.1', 'file:///etc'])(
    'is not %j',
    (text) => {
      expect(() => httpUrl(text)).toThrow('give a URL such as http://127.0.0.1:9876');
    },
  );
});
