import { expect, test } from 'vitest';
import { Fault } from '../../machines/model/fault.ts';
import { Refusals, refusalsMax } from '../../src/controller/services/refusals.ts';

const inUse = new Fault(409, 'it is in use');
const refused = () => Promise.reject(inUse);
const done = () => Promise.resolve(7);

test('what was refused is refused again in the same words, although nothing is in its way any more', async () => {
  const refusals = new Refusals();
  await expect(refusals.once('one', refused)).rejects.toBe(inUse);

  await expect(refusals.once('one', done)).rejects.toBe(inUse);
  await expect(refusals.once('another', done)).resolves.toBe(7);
});

test.each([
  ['is not known yet', new Fault(404, 'it is not found')],
  ['can not be done now', new Fault(503, 'the store does not answer', 1)],
  ['broke', new Error('a bug')],
])('what %s is looked at again', async (_, error) => {
  const refusals = new Refusals();
  await expect(refusals.once('one', () => Promise.reject(error))).rejects.toBe(error);

  await expect(refusals.once('one', done)).resolves.toBe(7);
});

test('only so many are remembered, and the oldest is forgotten first', async () => {
  const refusals = new Refusals();
  for (let index = 0; index <= refusalsMax; index += 1) {
    await expect(refusals.once(`operation ${index}`, refused)).rejects.toBe(inUse);
  }

  await expect(refusals.once('operation 0', done)).resolves.toBe(7);
  await expect(refusals.once('operation 1', done)).rejects.toBe(inUse);
});
