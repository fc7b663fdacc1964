/*
 * The API repeats a request that was not answered. A delete had been carried out to its end by then,
 * so the second attempt found nothing and the client was told 404 for its own deletion.
 */
import { test } from 'vitest';
import { passesRoughDay } from './support/passes.ts';

test('a delete whose first answer was lost is answered as done', () => passesRoughDay(122));
