import { expect, test } from 'vitest';
import { startUntil } from '../../simulator/chaos/start-until.ts';

/** What is begun is numbered, and works from a number on; `told` is what was done, in order. */
function setup({ worksFrom, most = 3 }: { readonly worksFrom: number; readonly most?: number }) {
  const told: string[] = [];
  let begun = 0;
  const attempts = {
    most,
    begin: () => {
      begun += 1;
      told.push(`begin ${begun}`);
      return Promise.resolve(begun);
    },
    works: (number: number) => Promise.resolve(number >= worksFrom),
    end: (number: number) => {
      told.push(`end ${number}`);
      return Promise.resolve();
    },
    clear: () => {
      told.push('clear');
      return Promise.resolve();
    },
  };
  return { told, attempts };
}

test('what works at once is left as it is', async () => {
  const { told, attempts } = setup({ worksFrom: 1 });

  expect(await startUntil(attempts)).toBe(1);
  expect(told).toEqual(['begin 1']);
});

test('what does not work is ended, and begun anew without what it has left', async () => {
  const { told, attempts } = setup({ worksFrom: 3 });

  expect(await startUntil(attempts)).toBe(3);
  expect(told).toEqual(['begin 1', 'end 1', 'clear', 'begin 2', 'end 2', 'clear', 'begin 3']);
});

test('what never works is given up after so many attempts, and nothing of it is left', async () => {
  const { told, attempts } = setup({ worksFrom: 3, most: 2 });

  expect(await startUntil(attempts)).toBeNull();
  expect(told).toEqual(['begin 1', 'end 1', 'clear', 'begin 2', 'end 2', 'clear']);
});

test('where it can not be told whether it works, it is ended, and the reason is passed on', async () => {
  const { told, attempts } = setup({ worksFrom: 1 });
  const works = () => Promise.reject(new Error('broken off'));

  await expect(startUntil({ ...attempts, works })).rejects.toThrow('broken off');
  expect(told).toEqual(['begin 1', 'end 1']);
});
