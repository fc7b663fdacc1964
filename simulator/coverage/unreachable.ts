/**
 * Transitions that are not expected of any set, and why: each would take coincidences that no seed so
 * far has had, as the machines and the virtual world are now. Tests of the machines take them.
 */
export const unreachable: ReadonlyMap<string, string> = new Map([
  [
    'load-balancer.rebinding: driven.fenced [ahead] -> rebinding',
    'whoever is being bound has the newest epoch on record: a device knows a newer one only of a second owner, whose write a watch tells of first, or of a record that was lost with everybody who had read it, and then checkers object to the epoch that is given twice',
  ],
  [
    'load-balancer.deleting: claim [removedHere] -> deleted',
    'who removed it says so by an answer; somebody stale would have to meet the tombstone and claim it just while nobody can carry out the deletion, or while its device refuses that',
  ],
  [
    'device.removing: execute.fenced [ownEpoch] -> removing',
    'after a deletion nobody is told to apply, so only an earlier grant can refuse a removal, and its agent would have to be bound above that grant while the call is under way',
  ],
]);
