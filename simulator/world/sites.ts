import { memoryDescriptor } from '../../drivers/memory/driver.ts';
import {
  applianceName,
  hostDescriptor,
  leasedDescriptor,
  markedApplianceName,
  markerDescriptor,
  type Site,
  unfencedApplianceName,
  unfencedDescriptor,
  vipsOf,
} from './places.ts';
import { inventoryOf, type Topology } from './topology.ts';

/** All that there is in a world of this topology. */
export function sitesIn(topology: Topology): readonly Site[] {
  const { vips = false, unfenced = false } = topology;
  const { hosts } = inventoryOf(topology);
  return [
    { name: applianceName, descriptor: memoryDescriptor, host: null },
    { name: markedApplianceName, descriptor: markerDescriptor, host: null },
    ...(unfenced
      ? [{ name: unfencedApplianceName, descriptor: unfencedDescriptor, host: null }]
      : []),
    ...hosts.map((host) => ({ name: host, descriptor: hostDescriptor, host })),
    ...(vips ? hosts : []).map((host) => {
      return { name: vipsOf(host), descriptor: leasedDescriptor, host };
    }),
  ];
}
