import { presets, type Timings } from '../../machines/timings/timings.ts';
import { vipsMoveScenario } from '../scenarios/vips-move.ts';
import { blindJudgesScenario } from './blind-judges.ts';
import { deafJudgesScenario } from './deaf-judges.ts';
import { dyingLeaversScenario } from './dying-leavers.ts';
import { diesAgainScenario } from './dies-again.ts';
import { forgottenVerdictsScenario } from './forgotten-verdicts.ts';
import { lateAnswersScenario } from './late-answers.ts';
import { lateCallsScenario } from './late-calls.ts';
import { newJudgesScenario } from './new-judges.ts';
import { lateRenewalsScenario } from './late-renewals.ts';
import * as leases from './leases.ts';
import * as mandates from './mandates.ts';
import type { PlantedBug } from './planted-bug.ts';

/** Some stories need many agents to go at once: there, judges are to believe that without waiting. */
const withoutBrake = (timings: Timings): Timings => ({ ...timings, stormBrakeMs: 1 });

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
    bug: 'V11: agents that go on under their incarnation when their lease has ended',
    scenario: forgottenVerdictsScenario,
    timings: withoutBrake(presets.lan),
    parts: { agent: leases.keepsItsIncarnation },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V12: judges that have told of the lapse of an incarnation which had no lease yet',
    scenario: diesAgainScenario,
    parts: { controller: leases.foretellsLapses },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V13: agents whose lease counts from the receipt of an acknowledgement',
    scenario: lateAnswersScenario,
    parts: { agent: leases.countsFromReceipt },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V14: judges that know of no lease which a judge before them has given',
    scenario: newJudgesScenario,
    parts: { controller: leases.forgetsGivenLeases },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V15: judges that go on giving leases when they have lost their shard',
    scenario: deafJudgesScenario,
    parts: { controller: mandates.keepsItsAuthority },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V16: judges that give leases before the record of the agent says that they do',
    scenario: blindJudgesScenario,
    // Longer leases: they must outlast the time until another judge has taken over.
    timings: withoutBrake({ ...presets.lan, leaseMs: 6_000, lapseMs: 9_000 }),
    parts: { controller: mandates.takesNothingOver },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V17: judges that trust in the order of terms, and do not wait for the authority of the one before',
    scenario: deafJudgesScenario,
    // A hung controller is replaced so soon that the storm brake, which waits longer, would hide it.
    timings: withoutBrake(presets.lan),
    parts: { controller: mandates.waitsForNobody },
  },
  {
    checker: 'one-server-per-vip',
    bug: 'V18: agents that do not look at the clock after they have prolonged an address',
    scenario: lateCallsScenario,
    // Longer leases: with those of a local network, rounding down to whole seconds leaves no room for it.
    timings: withoutBrake(presets.wan),
    parts: { leased: (options) => new leases.TrustingDriver(options) },
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
