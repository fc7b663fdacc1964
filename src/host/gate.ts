import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';

type Executable = Parameters<AnyActorScope['actionExecutor']>[0];

/** What a gate asks of the actor that it guards. */
export interface GateKeeper {
  /** Does this child or action leave the process, so that it must wait for the commit? */
  holds(effect: string): boolean;
  /** Takes an effect that has to wait; `run` executes it. */
  hold(effect: string, run: () => void): void;
  /** A transition is about to be taken, and was taken. */
  entered(): void;
  left(before: AnyMachineSnapshot | null, after: AnyMachineSnapshot, event: EventObject): void;
}

/**
 * Wraps a machine's logic so that what leaves the process waits until its transition is committed
 * (persist before effect), while machines stay plain XState: every action and child start goes
 * through the scope's `actionExecutor` and `defer`, and here both end at the keeper. A child that
 * was stopped before its turn never starts, because XState checks that when it is started.
 */
export function gateLogic<TMachine extends AnyStateMachine>(
  machine: TMachine,
  keeper: GateKeeper,
): TMachine {
  let gated: AnyActorScope | null = null;

  const gatedScope = (scope: AnyActorScope): AnyActorScope => {
    if (gated !== null) return gated;
    let releasing = false;
    const release = (action: Executable) => {
      releasing = true;
      try {
        scope.actionExecutor(action);
      } finally {
        releasing = false;
      }
    };
    gated = {
      ...scope,
      // While a held effect is released there is no transition whose end would run the deferred part.
      defer: (run) => (releasing ? run() : scope.defer(run)),
      actionExecutor: (action) => {
        const effect = effectName(action);
        if (keeper.holds(effect)) keeper.hold(effect, () => release(action));
        else scope.actionExecutor(action);
      },
    };
    return gated;
  };

  const wrapped: object = Object.create(machine, {
    transition: {
      value: (snapshot: AnyMachineSnapshot, event: EventObject, scope: AnyActorScope) => {
        keeper.entered();
        const next = machine.transition(snapshot, event, gatedScope(scope)) as AnyMachineSnapshot;
        keeper.left(snapshot, next, event);
        return next;
      },
    },
    getInitialSnapshot: {
      value: (scope: AnyActorScope, input: unknown) => {
        keeper.entered();
        const initial = machine.getInitialSnapshot(
          gatedScope(scope),
          input as undefined,
        ) as AnyMachineSnapshot;
        keeper.left(null, initial, { type: 'xstate.init' });
        return initial;
      },
    },
  });
  return wrapped as TMachine;
}

/** A child's start is known by its source, everything else by the action's type. */
function effectName(action: Executable): string {
  if (action.type === 'xstate.spawnChild') {
    const { src } = action.params as unknown as { src: unknown };
    if (typeof src === 'string') return src;
  }
  return action.type;
}
