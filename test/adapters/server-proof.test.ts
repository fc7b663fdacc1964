import { expect, test } from 'vitest';
import { pingSubject } from '../../src/adapters/client-pace.ts';
import { pingsProofShare, ServerProof } from '../../src/adapters/server-proof.ts';
import { Virtual } from '../host/support/virtual.ts';
import { recordingLog } from './recording-log.ts';

const timeoutMs = 400;

/** A proof of a server that answers after so long; null: never. */
function proofOf(answersAfterMs: number | null) {
  const virtual = new Virtual();
  const { clock } = virtual;
  const asked: number[] = [];
  const left: number[] = [];
  const proof = new ServerProof({
    clock,
    log: recordingLog(),
    timeoutMs,
    flush: () => {
      asked.push(virtual.time.nowMs);
      return new Promise((resolve) => {
        if (answersAfterMs !== null) clock.setTimer(answersAfterMs, resolve);
      });
    },
    leave: async () => void left.push(virtual.time.nowMs),
  });
  return { virtual, proof, asked, left };
}

test('a server that answers in time is stayed with', async () => {
  const { virtual, proof, left } = proofOf(timeoutMs - 1);

  proof.doubt('hf.any');
  await virtual.run(10 * timeoutMs);

  expect(left).toEqual([]);
});

test('a server that does not is left, a moment after its time is up', async () => {
  const { virtual, proof, left } = proofOf(null);

  proof.doubt('hf.any');
  await virtual.run(10 * timeoutMs);

  expect(left).toEqual([timeoutMs + 1]);
});

test('one that has not answered a ping either is left after a part of that', async () => {
  const { virtual, proof, left } = proofOf(null);

  proof.doubt(pingSubject);
  await virtual.run(10 * timeoutMs);

  expect(left).toEqual([timeoutMs / pingsProofShare + 1]);
});

test('one that goes on in that time is stayed with', async () => {
  const { virtual, proof, left } = proofOf(timeoutMs / pingsProofShare - 1);

  proof.doubt(pingSubject);
  await virtual.run(10 * timeoutMs);

  expect(left).toEqual([]);
});

test('it is asked once, however many have had no answer', async () => {
  const { virtual, proof, asked, left } = proofOf(null);

  for (let each = 0; each < 5; each += 1) proof.doubt('hf.any');
  proof.doubt(pingSubject);
  await virtual.run(10 * timeoutMs);

  expect(asked).toEqual([0]);
  expect(left).toHaveLength(1);
});
