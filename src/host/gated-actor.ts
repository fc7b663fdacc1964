import { type Actor, type AnyStateMachine, createActor } from 'xstate';
import { type GateKeeper, gateLogic } from './gate.ts';
import type { HostServices } from './host-services.ts';

/** A machine's actor behind a gate, fresh or as it was persisted. */
export function gatedActor(
  logic: AnyStateMachine,
  keeper: GateKeeper & { readonly id: string },
  { xstateClock }: HostServices,
  restored: object | null,
): Actor<AnyStateMachine> {
  return createActor(gateLogic(logic, keeper), {
    id: keeper.id,
    systemId: 'self',
    clock: xstateClock,
    ...(restored === null
      ? {}
      : { snapshot: { output: undefined, error: undefined, ...restored } as never }),
  });
}
