import { expect, test } from 'vitest';
import { MemoryDevice } from '../../drivers/memory/device.ts';
import { Evidence } from '../../simulator/evidence/evidence.ts';
import { leasedDescriptor, type Place } from '../../simulator/world/places.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { Virtual } from '../host/support/virtual.ts';

/**
 * Rough-week seed 67000: a release had been cut off by its agent's end, and the next sweep ended what it left above the
 * record's epoch. The agent claimed that when it had looked around, and the holder was bound again above it.
 */
test('an epoch in a marker is above the record, though nobody was commanded by it', async () => {
  const document = loadBalancerDocument();
  const { id } = document;
  const virtual = new Virtual();
  const device = new MemoryDevice({ clock: virtual.clock });
  const parts = { descriptor: leasedDescriptor, host: 'host-1', kernel: null, markers: null };
  const place: Place = { name: 'host-1-vips', device, ...parts };
  const evidence = new Evidence({ places: new Map([[place.name, place]]) });
  await virtual.settled(device.apply('agent-1', { id, epoch: 1, generation: 1, document }));
  const before = evidence.above(id, 2);

  await virtual.settled(device.release('agent-1', { id, epoch: 3 }));

  expect(before).toBe(false);
  expect(evidence.above(id, 2)).toBe(true);
  expect(evidence.above(id, 3)).toBe(false);
});
