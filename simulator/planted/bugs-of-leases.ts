import { vipsMoveScenario } from '../scenarios/vips-move.ts';
import { dyingLeaversScenario } from './dying-leavers.ts';
import { lateRenewalsScenario } from './late-renewals.ts';
import * as leases from './leases.ts';
import type { PlantedBug } from './planted-bug.ts';

/** What goes wrong where one of the rules R11 to R16 of docs/binding.md is missing. */
export const bugsOfLeases: readonly PlantedBug[] = [
  {
    checker: 'one-server-per-vip',
    bug: 'V10: controllers that start the next holder before the one before it has stopped',
    scenario: dyingLeaversScenario,
    parts: { bus: leases.believesInStops },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V19: a kernel that brings back an address which is gone when it is prolonged',
    scenario: lateRenewalsScenario,
    parts: { kernel: (options) => new leases.ReplacingKernel(options) },
  },
  {
    checker: 'one-server-per-vip',
    bug: "controllers that take an agent's crash for the end of its lease",
    scenario: vipsMoveScenario,
    parts: { bus: leases.takesForProof('dead') },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'controllers that take a registration for the end of the lease before it',
    scenario: dyingLeaversScenario,
    parts: { bus: leases.takesForProof('alive') },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'agents that believe their lease never ends',
    scenario: vipsMoveScenario,
    parts: { agent: leases.believesInItsLease },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'judges that do not wait for the lapse of a lease',
    scenario: vipsMoveScenario,
    parts: { controller: leases.lapsesTooSoon },
  },
];
