import { cut, type Disturbance } from '../world/disturbance.ts';
import type { Silence } from '../world/silence.ts';
import type { World } from '../world/world.ts';

/** Parts a process from the server, and with it from everybody, as a link does that is cut. `by` is who mends it. */
export function cutOff(world: World, by: object, process: string, silence: Silence): Disturbance {
  const { uplink } = world.host(process);
  uplink.cut(by, silence);
  return { ...cut(process, silence), end: () => uplink.mend(by) };
}
