import { expect, test } from 'vitest';
import { Endings } from '../../src/processes/endings.ts';

test('everything is ended once, the latest first', async () => {
  const ended: string[] = [];
  const endings = new Endings();
  endings.add(async () => ended.push('first'));
  endings.add(() => ended.push('second'));

  await endings.end();
  await endings.end();

  expect(ended).toEqual(['second', 'first']);
});

test('what fails to end keeps nothing else from it, and is told', async () => {
  const ended: string[] = [];
  const endings = new Endings();
  endings.add(() => ended.push('first'));
  endings.add(() => Promise.reject(new Error('stuck')));
  endings.add(() => ended.push('third'));

  await expect(endings.end()).rejects.toThrow(/^stuck$/);

  expect(ended).toEqual(['third', 'first']);
});

test('of several failures, none is left out', async () => {
  const endings = new Endings();
  for (const word of ['one', 'two']) {
    endings.add(() => {
      throw new Error(word);
    });
  }

  await expect(endings.end()).rejects.toThrow('Error: two; Error: one');
});
