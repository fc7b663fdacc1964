import { isDeepStrictEqual } from 'node:util';
import type { DesiredRecord } from '../../machines/protocol/load-balancer-messages.ts';
import { capableAgents } from '../evidence/capable-agents.ts';
import type { Judged, JudgedPlace } from '../evidence/judged.ts';
import { desiredOf, seatsOf } from '../evidence/records.ts';
import { isRemovedUnheard } from '../evidence/removed-unheard.ts';
import type { SharedCheckerKind } from './checker.ts';

/** After healing and quiet, the devices hold what is wanted, and nothing of what was deleted. */
export const deviceEqualsDesired: SharedCheckerKind = {
  name: 'device-equals-desired',
  start: ({ world, core, violate }) => ({
    atEnd() {
      for (const { problem, id } of differences(world, core())) violate(problem, id);
    },
  }),
};

interface Difference {
  readonly id: string;
  readonly problem: string;
}

/** What the devices that somebody of the core reaches hold otherwise than is wanted. */
export function differences(world: Judged, core: readonly string[]): Difference[] {
  const found: Difference[] = [];
  const reached = [...world.places.values()].filter(
    ({ host }) => host === null || world.agentsOf(host).some((id) => core.includes(id)),
  );
  const wanted = new Map(
    world.stores.desired.snapshot().map(({ key, value }) => [key, desiredOf(value)]),
  );
  const holders = new Map(
    world.stores.binding.snapshot().map(({ key, value }) => [key, seatsOf(value).binding]),
  );
  for (const [id, record] of wanted) {
    if (record.status !== 'live') continue;
    const holder = holders.get(id)?.agent ?? null;
    const home = placeOf(world, record.driver, holder);
    if (isRemovedUnheard(world, home, id)) continue;
    const view = { document: record.document, binding: holders.get(id) ?? null };
    const isWaiting = world.capacity !== null && capableAgents(world, core, view).length === 0;
    for (const place of reached) {
      // Where there is no room for it, its device may have what it had before, or nothing.
      if (place === home && isWaiting) continue;
      const problem = place === home ? unlike(place, record) : leftAt(place, id);
      if (problem !== null) found.push({ id, problem });
    }
  }
  for (const { name, device } of reached) {
    for (const id of device.ids()) {
      if (wanted.has(id) || device.content(id) === null) continue;
      // That a record is missing proves nothing, so what its device serves is left alone.
      if (world.losses.ofCreation(id)) continue;
      found.push({ id, problem: `it is deleted, and ${name} still has it` });
    }
  }
  return found;
}

/** Where a load balancer belongs. */
export function placeOf<Place extends JudgedPlace>(
  world: Pick<Judged, 'hostOf'> & { readonly places: ReadonlyMap<string, Place> },
  driver: string,
  holder: string | null,
): Place | null {
  const host = holder === null ? null : world.hostOf(holder);
  return (
    [...world.places.values()].find(
      (place) => place.descriptor.name === driver && (place.host === null || place.host === host),
    ) ?? null
  );
}

function unlike({ name, device, markers }: JudgedPlace, record: DesiredRecord): string | null {
  const { document, generation } = record;
  if (markers?.isDamaged(document.id) === true) return `its marker on ${name} is damaged`;
  const content = device.content(document.id);
  if (content === null) return `${name} does not have it`;
  if (!equal(content, document)) {
    return `${name} has generation ${content.changed_generation}, and it differs from generation ${generation}`;
  }
  return device.peek(document.id)?.running === true ? null : `${name} has it and does not run it`;
}

/** Equal texts settle it mostly, and are compared several times as fast. */
function equal(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other) || isDeepStrictEqual(one, other);
}

function leftAt({ name, device }: JudgedPlace, id: string): string | null {
  return device.content(id) === null ? null : `${name} has it, where it does not belong`;
}
