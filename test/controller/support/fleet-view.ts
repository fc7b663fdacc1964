import { silentLog } from '../../../machines/ports/log.ts';
import { presets } from '../../../machines/timings/timings.ts';
import { FleetView, type FleetViewOptions } from '../../../src/controller/fleet/fleet-view.ts';
import { Virtual } from '../../host/support/virtual.ts';

const none = () => 0;

/** A controller's view of a fleet that holds nothing, and hears well. */
export function fleetView(
  resolveDriver: FleetViewOptions['resolveDriver'] = () => null,
): FleetView {
  const { clock } = new Virtual();
  return new FleetView({
    loads: { bound: none, standby: none, onDevice: none },
    resolveDriver,
    clock,
    log: silentLog,
    timings: presets.lan,
    hearing: () => ({ nowMs: clock.monotonicMs(), gaps: 0 }),
  });
}
