import { type Actor, type AnyStateMachine, createActor } from 'xstate';
import type { Clock } from '../../machines/ports/clock.ts';
import type { RootTap } from './actor-tap.ts';
import { xstateClock } from './xstate-clock.ts';

export interface RootOptions {
  readonly id: string;
  readonly clock: Clock;
  readonly tap?: RootTap | undefined;
}

/** A machine's actor that is its own root, not yet started. */
export function rootActor<TMachine extends AnyStateMachine>(
  logic: TMachine,
  { id, clock, tap }: RootOptions,
): Actor<TMachine> {
  const options = { id, systemId: 'self', clock: xstateClock(clock) };
  const actor = createActor(logic as AnyStateMachine, options) as Actor<TMachine>;
  tap?.created(id, actor);
  return actor;
}
