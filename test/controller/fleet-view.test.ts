import { describe, expect, test } from 'vitest';
import { initialLivenessContext } from '../../machines/liveness/context.ts';
import type { FleetView } from '../../src/controller/fleet/fleet-view.ts';
import { byRecord } from '../../src/controller/fleet/told.ts';
import { agentDescription } from '../fixtures/agent-description.ts';
import { fleetView } from './support/fleet-view.ts';

/** A judge has told that agent-1 is dead as incarnation 5, which is not on record. */
function deadAs5(): FleetView {
  const view = fleetView();
  tell(view, 'dead', 5, { revision: 3, term: 2, sequence: 7 });
  return view;
}

function tell(view: FleetView, state: string, incarnation: number, told = byRecord(3)): boolean {
  const description = agentDescription();
  const context = { ...initialLivenessContext, agent: 'agent-1', incarnation, description };
  return view.note('agent-1', state, { ...context, reason: 'silent' }, told);
}

describe('a verdict', () => {
  test.each([
    [4, 'it has started anew'],
    [5, 'silent'],
    [6, null],
  ])('on incarnation 5 says of incarnation %i: %s', (incarnation, says) => {
    expect(deadAs5().verdictOn('agent-1', incarnation)).toBe(says);
  });

  test('that a judge has told, and never put on record, stands until the records are believed anew', () => {
    const view = deadAs5();

    expect(tell(view, 'alive', 5)).toBe(false);
    view.believeAnew(['agent-2']);
    expect(tell(view, 'alive', 5)).toBe(false);
    view.believeAnew(['agent-1']);
    expect(tell(view, 'alive', 5)).toBe(true);

    expect(view.verdictOn('agent-1', 5)).toBeNull();
  });
});
