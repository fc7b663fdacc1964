import { expect, test } from 'vitest';
import type { SurveyedThere } from '../../drivers/memory/device.ts';
import { SurveyReader, surveyLines } from '../../drivers/memory/survey-lines.ts';

function surveyed(id: string, etag: string): SurveyedThere {
  return {
    id,
    marker: { epoch: 2, generation: 1, removed: false },
    running: true,
    etag,
    operating: { loadBalancer: 'ONLINE', listeners: {}, pools: {}, members: {} },
  };
}

test('a survey is read as it was written, whatever stands in its texts', () => {
  const found = [surveyed('a\n"b"', '1'), surveyed('c', '2')];

  expect(new SurveyReader().read(surveyLines(found))).toEqual(found);
});

test('a survey of nothing is empty', () => {
  expect(new SurveyReader().read(surveyLines([]))).toEqual([]);
});

test('what has not changed since the last survey is not read again', () => {
  const reader = new SurveyReader();
  const [first] = reader.read(surveyLines([surveyed('a', '1'), surveyed('b', '1')]));

  const [same, changed] = reader.read(surveyLines([surveyed('a', '1'), surveyed('b', '2')]));

  expect(same).toBe(first);
  expect(changed).toEqual(surveyed('b', '2'));
});

test('a line that is none of a survey is refused', () => {
  expect(() => new SurveyReader().read('{"id":"a"}')).toThrow(/marker/);
});

test('what the device is known to have is not read, and anything else is', () => {
  const reader = new SurveyReader();
  const expected = surveyed('a', '1');
  reader.expect(expected);
  reader.expect(surveyed('b', '1'));

  const [same, other] = reader.read(surveyLines([surveyed('a', '1'), surveyed('b', '2')]));

  expect(same).toBe(expected);
  expect(other).toEqual(surveyed('b', '2'));
});
