import { expect, test } from 'vitest';
import type { CheckerKind } from '../../simulator/checkers/checker.ts';
import { agentCrashScenario } from '../../simulator/scenarios/agent-crash.ts';
import { simulate } from '../../simulator/simulate.ts';

test('what a checker finds at each controller is told once', async () => {
  const finder: CheckerKind = {
    name: 'finder',
    start: ({ controllers, violate }) => ({
      atEnd() {
        for (const { loadBalancers } of controllers())
          if (loadBalancers.list().length > 0) violate('found', 'lb');
      },
    }),
  };

  const { violations } = await simulate({
    seed: 1,
    controllers: 2,
    scenario: { ...agentCrashScenario, checkers: [finder] },
  });

  expect(violations).toMatchObject([{ checker: 'finder', message: 'found', loadBalancer: 'lb' }]);
});
