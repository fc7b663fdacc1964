import { describe, expect, test } from 'vitest';
import { Fault } from '../../machines/model/fault.ts';
import { presets } from '../../machines/timings/timings.ts';
import {
  ApiServices,
  type ApiServicesOptions,
} from '../../src/controller/services/api-services.ts';
import { OwnerChanges } from '../../src/controller/shards/owner-changes.ts';
import { BusUnavailable, NoResponders, RequestTimeout } from '../../src/ports/bus.ts';
import { Virtual } from '../host/support/virtual.ts';

const id = '27373827-79a5-4838-8ae6-c4969b69618b';
const notFound = {
  type: 'fault',
  status: 404,
  message: `Load Balancer ${id} not found.`,
  retryAfterSeconds: null,
};

/**
 * A deletion by a controller that has no record of the load balancer, and whose questions meet these ends in turn, and
 * the last one from then on.
 */
function deletion(...ends: readonly (Error | object)[]) {
  return deletionTold({ wasDeleted: false }, ...ends);
}

/** The same, by one that was told of the end of its deletion, or was not. */
function deletionTold(
  { wasDeleted }: { readonly wasDeleted: boolean },
  ...ends: readonly (Error | object)[]
) {
  const virtual = new Virtual();
  const answers = [...ends];
  const request = (): Promise<string> => {
    const end = answers.length > 1 ? answers.shift() : answers[0];
    return end instanceof Error ? Promise.reject(end) : Promise.resolve(JSON.stringify(end));
  };
  const nothing = { get: () => null, reached: () => Promise.resolve() };
  const services = new ApiServices({
    bus: { request },
    clock: virtual.clock,
    timings: presets.lan,
    shards: 8,
    owners: new OwnerChanges(),
    stores: {},
    wasDeleted: () => wasDeleted,
    projection: { desired: nothing, binding: nothing },
  } as unknown as ApiServicesOptions);
  return virtual.settled(services.delete(id, { cascade: true }, 'request-1'));
}

describe('a deletion whose owner does not know the load balancer', () => {
  test.each([
    ['nobody has heard of it before', new NoResponders('nobody owns the shard')],
    ['the controller was not connected before', new BusUnavailable('disconnected')],
    ['an earlier question had no answer', new RequestTimeout('no answer')],
  ])('is refused where %s: it may be lost, and come back', async (_, before) => {
    await expect(deletion(before, notFound)).rejects.toEqual(new Fault(404, notFound.message));
  });

  test('is done where this controller was told of its end: an earlier question has deleted it', async () => {
    const answer = deletionTold({ wasDeleted: true }, new RequestTimeout('no answer'), notFound);

    await expect(answer).resolves.toBeUndefined();
  });
});

describe('a request of which its owner says that it may have waited too long', () => {
  const askAgain = {
    type: 'fault',
    status: 503,
    message: 'This may have waited.',
    retryAfterSeconds: 0,
  };

  test('is asked again until it is answered', async () => {
    const done = deletion(askAgain, askAgain, { type: 'committed', revision: 7 });

    await expect(done).resolves.toBeUndefined();
  });

  test('is given up in the end, with the reason', async () => {
    await expect(deletion(askAgain)).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('may have waited') as string,
      retryAfterSeconds: 1,
    });
  });
});

describe('an edit of a child that its owner does not know', () => {
  const child = '5a9bad7c-1c4e-4e56-ad70-bacdcafa3579';
  const gone = { ...notFound, message: `Pool ${child} not found.` };

  /** By a controller that has heard of the pool's end, after so many looks at what it knows. */
  function edit(looks: number) {
    const virtual = new Virtual();
    let looked = 0;
    const ownerOf = () => ((looked += 1) > looks ? null : id);
    const services = new ApiServices({
      bus: { request: () => Promise.resolve(JSON.stringify(gone)) },
      clock: virtual.clock,
      timings: presets.lan,
      shards: 8,
      owners: new OwnerChanges(),
      stores: {},
      wasDeleted: () => false,
      projection: { desired: { get: () => ({}) }, binding: {}, ownerOf },
    } as unknown as ApiServicesOptions);
    return virtual.settled(services.edit(id, { type: 'pool.delete', id: child }, 'request-1'));
  }

  test('is refused as soon as this controller has heard of the end of it, too', async () => {
    await expect(edit(0)).rejects.toEqual(new Fault(404, gone.message));
    await expect(edit(1)).rejects.toEqual(new Fault(404, gone.message));
  });

  test('is tried again as long as it is known here: its owner may not have heard of it yet', async () => {
    await expect(edit(Number.POSITIVE_INFINITY)).rejects.toMatchObject({ status: 503 });
  });
});

describe('a write that no owner of the shard answers', () => {
  test.each([
    ['nobody owns it', new NoResponders('nobody owns the shard')],
    ['its owner does not answer', new RequestTimeout('no answer')],
    ['the controller is not connected', new BusUnavailable('disconnected')],
  ])('is refused after a while where %s, and says when to ask again', async (_, trouble) => {
    const error: unknown = await deletion(trouble).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({ status: 503, retryAfterSeconds: 1 });
    expect(String(error)).toContain(trouble.message);
  });
});
